import { isTranscodeProfile } from '../core/transcode/transcode-profiles.js';
import type { TranscodeProfile } from '../core/transcode/transcode-profiles.js';
import type { User } from './user.entity.js';

export type AccountStatus = 'Active' | 'Expired' | 'Disabled' | 'Banned';
export const OUTPUT_FORMATS = ['ts', 'm3u8'] as const;
export type OutputFormat = (typeof OUTPUT_FORMATS)[number];

/** What the rest of the house may know about a user. Times in epoch seconds. */
export interface Account {
  id: number;
  username: string;
  status: AccountStatus;
  isTrial: boolean;
  isAdmin: boolean;
  /** 0 = unlimited. */
  maxConnections: number;
  createdAt: number;
  /** null = never. */
  expiresAt: number | null;
  /** null = all. */
  allowedCategoryIds: readonly number[] | null;
  allowedOutputFormats: readonly OutputFormat[];
  /** null = the server's setting. */
  joinBehindSeconds: number | null;
  /** Whether errors are shown as a picture with words; null = the server's setting. */
  slates: boolean | null;
  /** What streams are transcoded to; null = they stay as they are. */
  transcodeProfile: TranscodeProfile | null;
}

/** Order of the rules: xtream-protocol, "Authentication outcomes". */
export function accountStatus(
  user: Pick<User, 'isActive' | 'isBanned' | 'expiresAt'>,
  nowSeconds: number,
): AccountStatus {
  if (user.isBanned) return 'Banned';
  if (!user.isActive) return 'Disabled';
  return user.expiresAt === null || user.expiresAt > nowSeconds ? 'Active' : 'Expired';
}

export function toAccount(
  user: User,
  categoryIds: readonly number[],
  served: readonly OutputFormat[],
  nowSeconds: number,
): Account {
  const wanted = served.filter(
    (format) => user.outputFormats.length === 0 || user.outputFormats.includes(format),
  );
  return {
    id: user.id,
    username: user.username,
    status: accountStatus(user, nowSeconds),
    isTrial: user.isTrial,
    isAdmin: user.isAdmin,
    maxConnections: user.maxConnections,
    createdAt: user.createdAt,
    expiresAt: user.expiresAt,
    allowedCategoryIds: categoryIds.length > 0 ? categoryIds : null,
    // Never empty: players index into it.
    allowedOutputFormats: wanted.length > 0 ? wanted : served,
    joinBehindSeconds: user.joinBehindSeconds,
    slates: user.slates,
    transcodeProfile: toProfile(user.transcodeProfile),
  };
}

/** A profile that a later version took away changes nothing any more. */
function toProfile(stored: string | null): TranscodeProfile | null {
  return stored !== null && isTranscodeProfile(stored) ? stored : null;
}
