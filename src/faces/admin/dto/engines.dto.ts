import type { EngineHealth } from '../../../streaming/engine/engine.js';
import { ENGINE_ROLES, type EngineRole } from '../../../platform/config/engine-address.js';
import { Flag, Told } from './fields.js';

const BREAKER = ['closed', 'open', 'half-open'] as const;

export class EngineDto {
  @Told('Number of the engine, in the order of the settings.', { type: 'integer' })
  id!: number;

  @Told('Host and port.', { type: String })
  name!: string;

  @Told('Whether it answers.', { type: Boolean })
  isUp!: boolean;

  @Told('Whether it serves viewers, checks, or both.', { enum: ENGINE_ROLES })
  role!: EngineRole;

  @Told('Streams on it.', { type: 'integer' })
  streams!: number;

  @Told('Streams it may carry.', { type: 'integer' })
  maxStreams!: number;

  @Told('Its share of the streams, against the weights of the others.', { type: 'integer' })
  weight!: number;

  @Told('It gets no further stream; those it has go on.', { type: Boolean })
  isDraining!: boolean;

  @Told('open while nothing is started on it, because starts failed again and again.', { enum: BREAKER })
  breaker!: (typeof BREAKER)[number];

  @Told('What it calls its version; null until it has told.', { type: String, nullable: true })
  version!: string | null;

  @Told('How often its restart was asked for since the start of the server.', { type: 'integer' })
  restarts!: number;
}

export class EnginesDto {
  @Told('The engines, in the order of the settings.', { type: [EngineDto] })
  items!: EngineDto[];

  @Told('How many there are.', { type: 'integer' })
  total!: number;
}

export class ChangeEngineDto {
  @Flag({ doc: 'true: it gets no further stream, until the server starts again or this is set to false.' })
  isDraining!: boolean;
}

export function toEngineDto({ up, ...health }: EngineHealth, index: number): EngineDto {
  return { id: index + 1, isUp: up, ...health };
}
