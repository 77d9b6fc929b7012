import { isJson, objectIn, objectsIn, textIn } from '../util/read-json.js';
import type { RutubePlay } from './types.js';

const MAX_URL = 8000;
const MAX_REASON = 200;

/** Reads the answer of `/api/play/options/<id>/`. null = it is something else. */
export function readPlayOptions(answer: unknown): RutubePlay | null {
  if (!isJson(answer)) return null;
  const access = objectIn(answer, 'acl_access');
  const isKnown = 'video_balancer' in answer || 'acl_access' in answer || 'live_streams' in answer;
  if (!isKnown) return null;
  if (access['allowed'] === false) return { kind: 'refused', reason: reasonOf(answer) };
  if (textIn(answer, 'drm_token') !== '') return { kind: 'refused', reason: 'it is protected (DRM)' };
  const url = streamOf(answer);
  if (url !== null) return { kind: 'hls', url };
  if (answer['is_adult'] === true) return { kind: 'refused', reason: 'it is for adults who log in' };
  if (textIn(answer, 'purchase_ttl') !== '' || answer['is_paid'] === true) {
    return { kind: 'refused', reason: 'it has to be paid for' };
  }
  return { kind: 'nothing', reason: 'Rutube names no stream of it' };
}

function streamOf(answer: Readonly<Record<string, unknown>>): string | null {
  const balancer = objectIn(answer, 'video_balancer');
  const [live = {}] = objectsIn(objectIn(answer, 'live_streams'), 'hls', 1);
  const offered = [
    textIn(balancer, 'm3u8', MAX_URL),
    textIn(balancer, 'default', MAX_URL),
    textIn(live, 'url', MAX_URL),
  ];
  return offered.find((url) => /^https?:\/\//i.test(url) && URL.canParse(url)) ?? null;
}

/** In Rutube's own words, which name the country or the subscription. */
function reasonOf(answer: Readonly<Record<string, unknown>>): string {
  const access = objectIn(answer, 'acl_access');
  const said =
    textIn(access, 'err_text', MAX_REASON) || textIn(objectIn(answer, 'detail'), 'name', MAX_REASON);
  return said === '' ? 'Rutube does not allow it to be watched here' : `Rutube says: ${said}`;
}
