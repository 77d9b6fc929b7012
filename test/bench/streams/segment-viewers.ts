// Viewers of HLS: each reads the playlist at its own pace, as players do, and fetches every new segment once.
import { Agent, request } from 'node:http';
import { serveParent } from './child.js';

export interface SegmentAudiencePlan {
  port: number;
  playlist: string;
  viewers: number;
}

export interface SegmentAudienceReport {
  bytes: number;
  segments: number;
  /** Segments that left the list before they were fetched, and answers other than 200. */
  missed: number;
  /** Longest time that a segment took, ms. */
  slowestMs: number;
}

/** Requests one after the other on each of some connections, as fast as the server answers. */
export interface DrivePlan {
  port: number;
  method: 'GET' | 'HEAD';
  path: string;
  requests: number;
}

export interface DriveReport {
  bytes: number;
  /** Answers other than 200, and none. */
  failed: number;
}

const CONNECTIONS = 10;
/** Half of what is promised between two segments. */
const RELOAD_MS = 2_000;
const total: SegmentAudienceReport = { bytes: 0, segments: 0, missed: 0, slowestMs: 0 };
let generation = 0;

class Viewer {
  private readonly agent = new Agent({ keepAlive: true, maxSockets: 1 });
  private next: number | undefined;

  constructor(
    private readonly plan: SegmentAudiencePlan,
    private readonly name: string,
    private readonly born: number,
  ) {}

  async run(): Promise<void> {
    await pause(Math.random() * 2 * RELOAD_MS);
    while (generation === this.born) {
      await this.reload();
      await pause(RELOAD_MS * (0.9 + Math.random() / 5));
    }
    this.agent.destroy();
  }

  private async reload(): Promise<void> {
    const parts: Buffer[] = [];
    const { playlist } = this.plan;
    await this.fetch(playlist, (part) => parts.push(part));
    const text = Buffer.concat(parts).toString();
    const first = Number(/MEDIA-SEQUENCE:(\d+)/.exec(text)?.[1] ?? NaN);
    const lines = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
    if (Number.isNaN(first)) return;
    this.next ??= first + Math.max(0, lines.length - 3);
    if (this.next < first) {
      total.missed += first - this.next;
      this.next = first;
    }
    for (; this.next < first + lines.length && generation === this.born; this.next++) {
      const url = new URL(lines[this.next - first] ?? '', `http://host${playlist}`);
      const startedAt = performance.now();
      await this.fetch(url.pathname, (part) => (total.bytes += part.length));
      total.segments++;
      total.slowestMs = Math.max(total.slowestMs, performance.now() - startedAt);
    }
  }

  private async fetch(path: string, take: (part: Buffer) => void): Promise<void> {
    const { port } = this.plan;
    if (!(await fetchOnce({ port, path, method: 'GET' }, this.agent, this.name, take))) total.missed++;
  }
}

/** Whether the answer was 200, and whole. */
function fetchOnce(
  { port, path, method }: Pick<DrivePlan, 'port' | 'path' | 'method'>,
  agent: Agent,
  name: string,
  take: (part: Buffer) => void,
): Promise<boolean> {
  const headers = { 'user-agent': name };
  return new Promise((resolve) => {
    request({ host: '127.0.0.1', port, path, method, headers, agent }, (response) => {
      response.on('data', take).on('close', () => resolve(response.statusCode === 200 && response.complete));
    })
      .on('error', () => resolve(false))
      .end();
  });
}

async function drive(plan: DrivePlan): Promise<DriveReport> {
  const report: DriveReport = { bytes: 0, failed: 0 };
  let left = plan.requests;
  const work = async (name: string): Promise<void> => {
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    while (left-- > 0) {
      const isGood = await fetchOnce(plan, agent, name, (part) => (report.bytes += part.length));
      if (!isGood) report.failed++;
    }
    agent.destroy();
  };
  await Promise.all(Array.from({ length: CONNECTIONS }, (_, at) => work(`driver ${at}`)));
  return report;
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

serveParent({
  open: (plan: SegmentAudiencePlan) => {
    generation++;
    for (let index = 0; index < plan.viewers; index++) {
      new Viewer(plan, `viewer ${index}`, generation).run().catch(() => total.missed++);
    }
  },
  drive,
  report: () => {
    const said = { ...total };
    total.slowestMs = 0;
    return said;
  },
  leave: () => {
    generation++;
  },
});
