import { Inject, Injectable } from '@nestjs/common';
import bcrypt from 'bcrypt';
import { createHmac } from 'node:crypto';
import { HitCounter } from '../core/util/hit-counter.js';
import { Semaphore } from '../core/util/semaphore.js';
import { SingleFlight } from '../core/util/single-flight.js';
import { TtlMap } from '../core/util/ttl-map.js';
import type { Clock } from '../platform/clock.js';
import { AppConfig } from '../platform/config/app-config.js';
import { SettingsService } from '../platform/settings/settings.service.js';
import { CLOCK, SECRETS } from '../platform/tokens.js';
import type { Secrets } from '../platform/data-folder.js';
import { OUTPUT_FORMATS, toAccount, type Account } from './account.js';
import { LoginThrottle } from './login-throttle.js';
import type { User } from './user.entity.js';
import { UsersRepository } from './users.repository.js';

export type Verdict =
  | { kind: 'ok'; account: Account }
  | { kind: 'inactive'; account: Account }
  | { kind: 'refused' }
  | { kind: 'throttled'; retryAfterSeconds: number };

/** What the server can send. `ts` first: players that take the first one start faster with it. */
const SERVED_FORMATS = OUTPUT_FORMATS;
/** A hash nobody knows the password of: unknown names cost the same work as known ones. */
const DUMMY_HASH = '$2b$10$c9Bdj9deo7Aeiln45LiaFOrElY98a6NOi12yxTjsmqVJYVF.f3LEy';
const WRONG_SECONDS = 60;
const MAX_REMEMBERED = 20_000;
/** Passwords of strangers that may wait for their turn; names nobody has leave room for those that exist. */
const MAX_WAITING = { named: 50, nameless: 10 };
const WAITING_RETRY_SECONDS = 5;

/**
 * Says whether a name and password may enter. Players repeat both on every request, so a verified pair is
 * remembered as a keyed digest over the password *and* the stored hash: a changed password is forgotten at once,
 * whoever changed it. Wrong pairs are remembered too, so that a mistyped television costs one bcrypt a minute.
 */
@Injectable()
export class CredentialsService {
  private readonly digests = new HitCounter();
  private readonly remembered: TtlMap<string, boolean>;
  private readonly compares = new SingleFlight<string, boolean>();
  private readonly throttle: LoginThrottle;
  /** Who has logged in from his address before never stands in line behind those who guess. */
  private readonly familySlots = new Semaphore(1);
  private readonly strangerSlots = new Semaphore(1);
  private readonly seen = new Set<number>();

  constructor(
    private readonly users: UsersRepository,
    config: AppConfig,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(SECRETS) private readonly secrets: Secrets,
    private readonly settings: SettingsService,
  ) {
    const now = (): number => this.clock.monotonic();
    this.remembered = new TtlMap({
      maxEntries: MAX_REMEMBERED,
      ttlMs: config.auth.verifiedSeconds * 1000,
      now,
    });
    this.throttle = new LoginThrottle(now);
  }

  async verify(username: string, password: string, address: string): Promise<Verdict> {
    if (username.length === 0 || username.length > 64 || password.length === 0 || password.length > 256) {
      return { kind: 'refused' };
    }
    const user = await this.users.findByName(username);
    const verdict = await this.checkPassword(username.toLowerCase(), user, password, address);
    if (verdict !== true) return verdict;
    if (!user) return { kind: 'refused' };
    const account = await this.accountOf(user);
    return account.status === 'Active' ? { kind: 'ok', account } : { kind: 'inactive', account };
  }

  /** The account as it is now; null when it is gone. */
  async current(userId: number): Promise<Account | null> {
    const user = await this.users.findById(userId);
    return user && this.accountOf(user);
  }

  /** How often a pair was remembered since the start. */
  get knownPasswords(): HitCounter['figures'] {
    return this.digests.figures;
  }

  /** Gathered in memory; `flushSeen` writes it. */
  noteSeen(userId: number): void {
    this.seen.add(userId);
  }

  async flushSeen(): Promise<void> {
    const ids = [...this.seen];
    this.seen.clear();
    await this.users.noteSeen(ids, Math.floor(this.clock.now() / 1000));
  }

  private async accountOf(user: User): Promise<Account> {
    const nowSeconds = Math.floor(this.clock.now() / 1000);
    const own = toAccount(user, await this.users.categoryIdsOf(user.id), SERVED_FORMATS, nowSeconds);
    const { joinBehindSeconds, slates } = this.settings.current;
    return {
      ...own,
      joinBehindSeconds: own.joinBehindSeconds ?? joinBehindSeconds,
      slates: own.slates ?? slates,
    };
  }

  private async checkPassword(
    name: string,
    user: User | null,
    password: string,
    address: string,
  ): Promise<true | Verdict> {
    const digest = this.digestOf(name, user, password);
    const known = this.remembered.get(digest);
    this.digests.count(known !== undefined);
    if (known !== undefined) {
      if (!known) return { kind: 'refused' };
      this.remembered.set(digest, true);
      this.throttle.succeeded(name, address);
      return true;
    }
    const retryAfterSeconds = this.throttle.waitSeconds(name, address);
    if (retryAfterSeconds > 0) return { kind: 'throttled', retryAfterSeconds };
    const slots = this.throttle.knows(name, address) ? this.familySlots : this.strangerSlots;
    const room = user ? MAX_WAITING.named : MAX_WAITING.nameless;
    if (slots === this.strangerSlots && slots.waiters >= room && !this.compares.has(digest)) {
      return { kind: 'throttled', retryAfterSeconds: WAITING_RETRY_SECONDS };
    }
    const right = await this.compares.run(digest, () =>
      slots.use(() => this.compare(digest, name, user, password, address)),
    );
    return right || { kind: 'refused' };
  }

  private async compare(
    digest: string,
    name: string,
    user: User | null,
    password: string,
    address: string,
  ): Promise<boolean> {
    const hash = user?.passwordHash ?? DUMMY_HASH;
    const right = (await bcrypt.compare(password, hash)) && user !== null;
    if (right) {
      this.remembered.set(digest, true);
      this.throttle.succeeded(name, address);
    } else {
      this.remembered.set(digest, false, WRONG_SECONDS * 1000);
      this.throttle.failed(name, address);
    }
    return right;
  }

  private digestOf(name: string, user: User | null, password: string): string {
    return createHmac('sha256', this.secrets.digestKey)
      .update(`${user?.id ?? 0}\0${name}\0${user?.passwordHash ?? ''}\0${password}`)
      .digest('base64');
  }
}
