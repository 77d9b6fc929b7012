import type { EngineSimulator } from '../../fakes/engine-simulator/engine-simulator.js';
import { createSim } from '../../fakes/engine-simulator/engine-simulator.js';
import type { SimOptions } from '../../fakes/engine-simulator/sim-options.js';
import { StreamReader } from '../../fakes/stream-reader.js';

export interface StartResponse {
  playback_url: string;
  stat_url: string;
  command_url: string;
  event_url?: string;
  infohash: string;
  playback_session_id: string;
  is_live: number;
  is_encrypted: number;
}

export interface Envelope<T> {
  response: T | null;
  error: string | null;
  extra_data?: Record<string, string>;
}

/** Fakes and readers of one test, closed together. */
export class Bench {
  private readonly closers: (() => Promise<void> | void)[] = [];

  async sim(options: SimOptions = {}): Promise<EngineSimulator> {
    const sim = await createSim({ contents: [{ name: 'one' }, { name: 'two' }], ...options });
    this.own(() => sim.close());
    return sim;
  }

  async read(...args: Parameters<typeof StreamReader.open>): Promise<StreamReader> {
    const reader = await StreamReader.open(...args);
    this.own(() => reader.close());
    return reader;
  }

  own(close: () => Promise<void> | void): void {
    this.closers.push(close);
  }

  async close(): Promise<void> {
    for (const close of this.closers.splice(0).reverse()) await close();
  }
}

/** On a connection of its own: a pooled one may have been cut by the fault before. */
export async function getJson<T>(url: string): Promise<T> {
  const reader = await StreamReader.open(url, { maxRedirects: 0 });
  return JSON.parse(await reader.text()) as T;
}

export interface StartOptions {
  pid?: string;
  hls?: boolean;
  by?: 'infohash' | 'id' | 'content_id';
  query?: string;
}

export function startUrl(sim: EngineSimulator, name: string, options: StartOptions = {}): string {
  const { pid = `pid-${name}`, hls = false, by = 'infohash', query = '&use_api_events=1' } = options;
  const { infohash, contentId } = sim.control.contentOf(name);
  const key = by === 'infohash' ? infohash : contentId;
  return `${sim.url}/ace/${hls ? 'manifest.m3u8' : 'getstream'}?${by}=${key}&format=json&pid=${pid}${query}`;
}

export async function tryStart(
  sim: EngineSimulator,
  name: string,
  options: StartOptions = {},
): Promise<Envelope<StartResponse>> {
  return getJson(startUrl(sim, name, options));
}

export async function start(
  sim: EngineSimulator,
  name: string,
  options: StartOptions = {},
): Promise<StartResponse> {
  const { response, error } = await tryStart(sim, name, options);
  if (!response) throw new Error(error ?? 'no response');
  return response;
}

export async function stop(session: StartResponse): Promise<Envelope<string>> {
  return getJson(`${session.command_url}?method=stop`);
}

export const UNKNOWN_SESSION = { response: null, error: 'unknown playback session id' };
