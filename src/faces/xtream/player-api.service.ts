import { Inject, Injectable } from '@nestjs/common';
import { Readable } from 'node:stream';
import { CatalogService } from '../../catalog/catalog.service.js';
import type { CatalogAnswer } from '../../catalog/catalog.service.js';
import { presentPanelServer, presentPanelUser } from '../../core/xtream/present-panel.js';
import { presentServer, presentUser, REFUSED_ANSWER } from '../../core/xtream/present-user.js';
import type { AccountAnswer } from '../../core/xtream/present-user.js';
import { zoneFormatter } from '../../core/xtream/zone-time.js';
import type { ZoneFormatter } from '../../core/xtream/zone-time.js';
import type { Clock } from '../../platform/clock.js';
import { CLOCK } from '../../platform/tokens.js';
import { cachedAnswer, joinHeaders, jsonAnswer, JSON_TYPE } from '../shared/answer.js';
import type { Answer, WholeAnswer } from '../shared/answer.js';
import type { PlayerCall } from '../shared/player-call.js';
import { PlayerGate } from '../shared/player-gate.js';
import type { Admission } from '../shared/player-gate.js';
import { ACTIVE_CONNECTIONS, PUBLIC_SERVER } from '../shared/ports.js';
import type { ActiveConnections, PublicServerSettings } from '../shared/ports.js';
import { answerByMethod, commonHeaders, LOADING_RETRY_SECONDS } from '../shared/refusals.js';
import { actionUse } from './actions.js';
import type { ActionUse } from './actions.js';
import { FilmActions } from './film-actions.js';
import { GuideActions } from './guide-actions.js';

type Admitted = Extract<Admission, { kind: 'ok' | 'inactive' }>;

/** `player_api.php` and its elder sister `panel_api.php`. */
@Injectable()
export class PlayerApiService {
  private zone: { name: string; format: ZoneFormatter } | undefined;

  constructor(
    private readonly gate: PlayerGate,
    private readonly catalog: CatalogService,
    private readonly guides: GuideActions,
    private readonly films: FilmActions,
    @Inject(ACTIVE_CONNECTIONS) private readonly connections: ActiveConnections,
    @Inject(PUBLIC_SERVER) private readonly settings: PublicServerSettings,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  async player(call: PlayerCall): Promise<WholeAnswer> {
    const admission = await this.admit(call);
    if ('answer' in admission) return admission.answer;
    // An inactive account gets its own state whatever it asks for: a player that expected a list keeps the
    // one it has, where an empty list would wipe favourites.
    if (admission.admitted.kind === 'inactive') return this.account(call, admission.admitted);
    return this.use(actionUse(call.parameter('action')), call, admission.admitted);
  }

  async panel(call: PlayerCall): Promise<Answer> {
    const admission = await this.admit(call);
    if ('answer' in admission) return admission.answer;
    const { user_info, server_info } = this.present(call, admission.admitted);
    const account = { user_info: presentPanelUser(user_info), server_info: presentPanelServer(server_info) };
    if (admission.admitted.kind === 'inactive') return jsonAnswer(account, commonHeaders(call));
    const use = actionUse(call.parameter('action'));
    if (use.kind !== 'account') return this.use(use, call, admission.admitted);
    const tail = await this.catalog.panel(admission.admitted.account);
    return tail.kind === 'loading' ? loading(call) : panelAnswer(call, account, tail.representation.bytes);
  }

  private async admit(call: PlayerCall): Promise<{ answer: WholeAnswer } | { admitted: Admitted }> {
    const byMethod = answerByMethod(call);
    if (byMethod) return { answer: byMethod };
    const admission = await this.gate.admit(call);
    switch (admission.kind) {
      case 'ok':
      case 'inactive':
        return { admitted: admission };
      case 'refused':
        return { answer: jsonAnswer(REFUSED_ANSWER, commonHeaders(call)) };
      case 'throttled': {
        const headers = { ...commonHeaders(call), 'retry-after': String(admission.retryAfterSeconds) };
        return { answer: { ...jsonAnswer(REFUSED_ANSWER, headers), status: 429 } };
      }
    }
  }

  private async use(use: ActionUse, call: PlayerCall, admitted: Admitted): Promise<WholeAnswer> {
    switch (use.kind) {
      case 'account':
        return this.account(call, admitted);
      case 'films': {
        const list = await this.films.list(use.list, call, admitted.account);
        return listAnswer(call, list);
      }
      case 'film':
      case 'series': {
        const told = await this.films.info(use.kind, call, admitted.account);
        return told === undefined ? loading(call) : jsonAnswer(told, commonHeaders(call));
      }
      case 'guide':
        if (!this.catalog.isLoaded) return loading(call);
        return this.guides.answer(use.action, call, admitted.account);
      case 'list': {
        const category = call.parameter('category_id');
        return listAnswer(call, await this.catalog.list(admitted.account, use.list, category, call.encoding));
      }
    }
  }

  private account(call: PlayerCall, admitted: Admitted): WholeAnswer {
    return jsonAnswer(this.present(call, admitted), commonHeaders(call));
  }

  private present(call: PlayerCall, { account, password }: Admitted): AccountAnswer {
    const nowSeconds = Math.floor(this.clock.now() / 1000);
    const { message, timezone } = this.settings;
    return {
      user_info: presentUser(account, password, this.connections.count(account.id), message),
      server_info: presentServer(call.base, timezone, this.formatterOf(timezone), nowSeconds),
    };
  }

  /** Made once and kept until the operator moves the server to another zone. */
  private formatterOf(name: string): ZoneFormatter {
    if (this.zone?.name !== name) this.zone = { name, format: zoneFormatter(name) };
    return this.zone.format;
  }
}

function listAnswer(call: PlayerCall, answer: CatalogAnswer): WholeAnswer {
  if (answer.kind === 'loading') return loading(call);
  return cachedAnswer(call, answer.representation, joinHeaders(JSON_TYPE, commonHeaders(call)));
}

/** Never an empty list while the records are read: it would be a valid, empty catalogue. */
function loading(call: PlayerCall): WholeAnswer {
  const headers = { ...commonHeaders(call), 'retry-after': LOADING_RETRY_SECONDS };
  return { ...jsonAnswer({ error: 'The channel list is still loading' }, headers), status: 503 };
}

/** Joins the viewer's part and the prepared rest without copying the rest, which may be tens of megabytes. */
function panelAnswer(call: PlayerCall, account: unknown, tail: Buffer): Answer {
  const head = Buffer.from(`${JSON.stringify(account).slice(0, -1)},`, 'utf8');
  return {
    status: 200,
    headers: {
      ...JSON_TYPE,
      'cache-control': 'no-store',
      ...commonHeaders(call),
      'content-length': String(head.length + tail.length),
    },
    body: call.method === 'HEAD' ? null : Readable.from([head, tail], { objectMode: false }),
  };
}
