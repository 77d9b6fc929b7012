import { pipeline, Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';

/** A guide that may be a gzip file, told by its first bytes, as plain bytes. */
export async function* gunzipIfPacked(
  body: AsyncIterable<Uint8Array>,
): AsyncGenerator<Uint8Array, void, undefined> {
  const iterator = body[Symbol.asyncIterator]();
  const first = await iterator.next();
  if (first.done) return;
  const whole = rejoin(first.value, iterator);
  if (first.value[0] !== 0x1f || first.value[1] !== 0x8b) return yield* whole;
  const stage = createGunzip({ chunkSize: 128 * 1024 });
  // Errors of every part arrive at the stage, which the loop below reads; the callback is pipeline's demand.
  pipeline(Readable.from(whole, { objectMode: false }), stage, () => undefined);
  for await (const chunk of stage) yield chunk as Buffer;
}

async function* rejoin(
  first: Uint8Array,
  rest: AsyncIterator<Uint8Array>,
): AsyncGenerator<Uint8Array, void, undefined> {
  yield first;
  for (let next = await rest.next(); !next.done; next = await rest.next()) yield next.value;
}
