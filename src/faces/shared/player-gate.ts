import { Inject, Injectable } from '@nestjs/common';
import type { PlayerCall } from './player-call.js';
import { CREDENTIALS } from './ports.js';
import type { Account, Credentials } from './ports.js';

/** `password` is what the player sent: answers echo it, and addresses are made of it. */
export type Admission =
  | { kind: 'ok'; account: Account; password: string }
  | { kind: 'inactive'; account: Account; password: string }
  | { kind: 'refused' }
  | { kind: 'throttled'; retryAfterSeconds: number };

/** Asks for the credentials of a call and who that is. */
@Injectable()
export class PlayerGate {
  constructor(@Inject(CREDENTIALS) private readonly credentials: Credentials) {}

  async admit(call: PlayerCall): Promise<Admission> {
    const username = call.parameter('username') ?? '';
    const password = call.parameter('password') ?? '';
    if (username === '' || password === '') return { kind: 'refused' };
    const verdict = await this.credentials.verify(username, password, call.address);
    if (verdict.kind === 'refused' || verdict.kind === 'throttled') return verdict;
    if (verdict.kind === 'ok') this.credentials.noteSeen(verdict.account.id);
    return { kind: verdict.kind, account: verdict.account, password };
  }
}
