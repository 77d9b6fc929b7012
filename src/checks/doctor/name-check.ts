import { finding, type DoctorFinding } from '../../core/doctor/words.js';
import { errorCode } from '../../platform/errors/error-code.js';
import { isBlocked, resolveChecked, type Resolver } from '../../platform/http/ssrf-guard.js';

/** Looks the host of an address up as the streams do. Undefined where there is no host to look up. */
export async function checkName(
  locator: string,
  allowPrivate: boolean,
  resolve?: Resolver,
): Promise<DoctorFinding | undefined> {
  if (!URL.canParse(locator)) return undefined;
  const { hostname } = new URL(locator);
  if (hostname === '') return undefined;
  try {
    const addresses = await resolveChecked(hostname, allowPrivate, resolve);
    return finding('name-ok', { count: addresses.length });
  } catch (error) {
    if (isBlocked(error)) return finding('name-forbidden', { host: hostname });
    const isKnownMissing = errorCode(error) === 'ENOTFOUND';
    return finding(isKnownMissing ? 'name-unknown' : 'name-silent', { host: hostname });
  }
}
