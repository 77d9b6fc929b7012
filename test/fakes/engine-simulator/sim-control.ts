import type { ActiveFault, FaultScope } from '../faults/fault-book.js';
import type { Fault } from '../faults/fault.js';
import type { Content, ContentSpec } from './catalogue.js';
import type { Engine } from './engine.js';
import type { EngineSession, SessionFormat, SessionState } from './session.js';

export interface SessionView {
  id: string;
  content: string;
  infohash: string;
  pid: string;
  format: SessionFormat;
  state: SessionState;
  ageMs: number;
  readers: number;
  maxReaders: number;
  bytes: number;
  stopRequested: boolean;
}

/** What a test (or the control port) can do to the engine, beyond its own HTTP API. */
export class SimControl {
  constructor(
    private readonly engine: Engine,
    private readonly process: { restart: (downMs: number) => Promise<void> },
  ) {}

  inject(fault: Fault, scope: FaultScope = {}): ActiveFault {
    return this.engine.faults.inject(fault, scope);
  }

  faults(): ActiveFault[] {
    return this.engine.faults.list();
  }

  /** Ends all faults. */
  heal(): void {
    this.engine.faults.clear();
  }

  /** Another player takes the content over ("playback stolen"); without a name, every content that plays. */
  steal(content?: string): void {
    this.engine.steal(this.optional(content));
  }

  /** The engine forgets sessions without a word. */
  loseSessions(content?: string): void {
    this.engine.drop('lost', this.optional(content));
  }

  /** Sessions end as if nobody had used them. */
  expire(content?: string): void {
    this.engine.drop('expired', this.optional(content));
  }

  failSegmenter(content?: string): void {
    this.engine.failSegmenter(this.optional(content));
  }

  /** The process dies: connections reset, port closed, everything forgotten. Resolves when it is up again. */
  restart(downMs = 0): Promise<void> {
    return this.process.restart(downMs);
  }

  addContent(spec: ContentSpec): Content {
    return this.engine.parts.catalogue.add(spec);
  }

  removeContent(key: string): void {
    this.engine.parts.catalogue.remove(key);
  }

  contentOf(key: string): Content {
    const content = this.engine.parts.catalogue.find(key);
    if (!content) throw new Error(`the engine knows no content ${key}`);
    return content;
  }

  sessions(): SessionView[] {
    return this.engine.sessions.map(viewOf);
  }

  openSessions(): SessionView[] {
    return this.engine.openSessions().map(viewOf);
  }

  private optional(key: string | undefined): Content | undefined {
    return key === undefined ? undefined : this.contentOf(key);
  }
}

function viewOf(session: EngineSession): SessionView {
  const { id, content, pid, format, state, ageMs, readers, maxReaders, bytes, stopRequested } = session;
  return {
    id,
    content: content.name,
    infohash: content.infohash,
    pid,
    format,
    state,
    ageMs,
    readers: readers.size,
    maxReaders,
    bytes,
    stopRequested,
  };
}
