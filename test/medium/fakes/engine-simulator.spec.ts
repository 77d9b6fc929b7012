import { afterEach, describe, expect, it } from '@jest/globals';
import { createSim } from '../../fakes/engine-simulator/engine-simulator.js';
import type { EngineSimulator } from '../../fakes/engine-simulator/engine-simulator.js';
import type { SimOptions } from '../../fakes/engine-simulator/sim-options.js';

interface StartReply {
  response: { playback_url: string; stat_url: string; command_url: string; infohash: string } | null;
  error: string | null;
}

const open: EngineSimulator[] = [];

async function aSim(options: SimOptions = {}): Promise<EngineSimulator> {
  const sim = await createSim({ contents: [{ name: 'one' }, { name: 'two' }], ...options });
  open.push(sim);
  return sim;
}

afterEach(async () => {
  await Promise.all(open.splice(0).map((sim) => sim.close()));
});

async function json<T>(url: string): Promise<T> {
  return (await (await fetch(url)).json()) as T;
}

async function start(
  sim: EngineSimulator,
  name: string,
  pid = name,
): Promise<NonNullable<StartReply['response']>> {
  const { infohash } = sim.control.contentOf(name);
  const reply = await json<StartReply>(
    `${sim.url}/ace/getstream?infohash=${infohash}&format=json&pid=${pid}`,
  );
  if (!reply.response) throw new Error(reply.error ?? 'no reply');
  return reply.response;
}

async function readBytes(body: ReadableStream<Uint8Array>, atLeast: number): Promise<Buffer> {
  const reader = body.getReader();
  const parts: Uint8Array[] = [];
  for (let size = 0; size < atLeast;) {
    const { done, value } = await reader.read();
    if (done) break;
    parts.push(value);
    size += value.length;
  }
  await reader.cancel();
  return Buffer.concat(parts);
}

describe('engine simulator', () => {
  it('starts, plays and stops', async () => {
    const sim = await aSim();
    const session = await start(sim, 'one');
    const stream = await fetch(session.playback_url);
    expect(stream.status).toBe(200);
    expect(stream.url).toMatch(/\/content\/[0-9a-f]{40}\/[0-9a-f]{32}$/);
    const bytes = await readBytes(stream.body!, 188 * 100);
    for (let at = 0; at + 188 < bytes.length; at += 188) expect(bytes[at]).toBe(0x47);
    expect(await json(session.stat_url)).toMatchObject({
      response: { status: 'dl', peers: 12 },
      error: null,
    });
    expect(await json(`${session.command_url}?method=stop`)).toEqual({ response: 'ok', error: null });
    expect(await json(session.stat_url)).toEqual({ response: null, error: 'unknown playback session id' });
    sim.assertInvariants({ expectedStarts: { one: 1, two: 0 } });
  });
});
