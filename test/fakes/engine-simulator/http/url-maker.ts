import type { Exchange } from '../../net/exchange.js';
import { placeOf } from '../engine.js';
import type { Engine } from '../engine.js';
import type { Content } from '../catalogue.js';

/** Absolute addresses as the engine writes them: with the host the caller used, or one that leads nowhere good. */
export class UrlMaker {
  constructor(
    private readonly engine: Engine,
    private readonly foreignHost: () => string,
  ) {}

  absolute(exchange: Exchange, path: string, content?: Content): string {
    const place = content ? placeOf(content) : {};
    const wrong = this.engine.faults.take('absoluteUrlWrongHost', place);
    if (wrong) return `http://${wrong.host ?? this.foreignHost()}${path}`;
    return `http://${this.engine.parts.habits.publicHost ?? exchange.host}${path}`;
  }
}
