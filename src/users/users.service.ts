import { isTranscodeProfile, TRANSCODE_PROFILES } from '../core/transcode/transcode-profiles.js';
import { Inject, Injectable } from '@nestjs/common';
import bcrypt from 'bcrypt';
import type { Clock } from '../platform/clock.js';
import { ChangeFeed } from '../platform/database/change-feed.js';
import { AppError, isWholeNumber, refuseProblems, type FieldProblem } from '../platform/errors/app-error.js';
import { SettingsService } from '../platform/settings/settings.service.js';
import { CLOCK } from '../platform/tokens.js';
import { generatePassword, passwordProblems, usernameProblems } from './account-rules.js';
import { OUTPUT_FORMATS } from './account.js';
import type { User } from './user.entity.js';
import { UsersRepository, type UsersQuery, type UserWrite } from './users.repository.js';

export const BCRYPT_COST = 10;

/** Everything a person may set. Absent = default at creation, unchanged at an update. */
export interface UserInput {
  password?: string;
  email?: string | null;
  isActive?: boolean;
  isBanned?: boolean;
  isAdmin?: boolean;
  isTrial?: boolean;
  maxConnections?: number;
  /** Epoch seconds; null = never. */
  expiresAt?: number | null;
  notes?: string;
  outputFormats?: string[];
  categoryIds?: number[];
  joinBehindSeconds?: number | null;
  slates?: boolean | null;
  /** Of `TRANSCODE_PROFILES`; null = none. */
  transcodeProfile?: string | null;
}

@Injectable()
export class UsersService {
  constructor(
    private readonly users: UsersRepository,
    private readonly changes: ChangeFeed,
    @Inject(CLOCK) private readonly clock: Clock,
    private readonly settings: SettingsService,
  ) {}

  /** The password is returned here and nowhere else. Throws `invalid_input`, `conflict`. */
  async add(username: string, input: UserInput): Promise<{ user: User; password: string }> {
    const password = input.password ?? generatePassword();
    refuseProblems([...usernameProblems(username), ...passwordProblems(password), ...inputProblems(input)]);
    const user = await this.users.insert(
      {
        username,
        passwordHash: await bcrypt.hash(password, BCRYPT_COST),
        email: input.email ?? null,
        isActive: input.isActive ?? true,
        isBanned: input.isBanned ?? false,
        isAdmin: input.isAdmin ?? false,
        isTrial: input.isTrial ?? false,
        maxConnections: input.maxConnections ?? this.settings.current.defaultMaxConnections,
        expiresAt: input.expiresAt ?? null,
        createdAt: this.nowSeconds(),
        lastSeenAt: null,
        notes: input.notes ?? '',
        outputFormats: input.outputFormats ?? [],
        joinBehindSeconds: input.joinBehindSeconds ?? null,
        slates: input.slates ?? null,
        transcodeProfile: input.transcodeProfile ?? null,
      },
      input.categoryIds ?? [],
    );
    if (!user) throw new AppError('conflict', `a user named ${username} exists already`, { status: 409 });
    await this.changes.check();
    return { user, password };
  }

  /** Throws `invalid_input`, `not_found`, and `conflict` where nobody could administer the server afterwards. */
  async change(id: number, input: UserInput): Promise<User> {
    refuseProblems([
      ...(input.password === undefined ? [] : passwordProblems(input.password)),
      ...inputProblems(input),
    ]);
    const { password, categoryIds, ...fields } = input;
    const hash = password === undefined ? {} : { passwordHash: await bcrypt.hash(password, BCRYPT_COST) };
    const written = await this.users.update(id, {
      fields: { ...withoutUndefined(fields), ...hash },
      ...(categoryIds ? { categoryIds } : {}),
      nowSeconds: this.nowSeconds(),
    });
    insist(written, id);
    await this.changes.check();
    return this.get(id);
  }

  /** Gives a new password, made up where none is given, and returns it; the old logins end. */
  async renewPassword(id: number, password = generatePassword()): Promise<string> {
    await this.change(id, { password });
    return password;
  }

  /** Throws `not_found`, and `conflict` for the last administrator. */
  async remove(id: number): Promise<void> {
    insist(await this.users.remove(id, this.nowSeconds()), id);
    await this.changes.check();
  }

  async get(id: number): Promise<User> {
    const user = await this.users.findById(id);
    if (!user) throw unknownUser(String(id));
    return user;
  }

  /** By name, else by id, as people type it on the command line. */
  async find(nameOrId: string): Promise<User> {
    const user =
      (await this.users.findByName(nameOrId)) ??
      (/^\d{1,9}$/.test(nameOrId) ? await this.users.findById(Number(nameOrId)) : null);
    if (!user) throw unknownUser(nameOrId);
    return user;
  }

  list(): Promise<User[]> {
    return this.users.list();
  }

  page(query: Omit<UsersQuery, 'nowSeconds'>): Promise<{ items: User[]; total: number }> {
    return this.users.page({ ...query, nowSeconds: this.nowSeconds() });
  }

  categoryIdsOf(userId: number): Promise<number[]> {
    return this.users.categoryIdsOf(userId);
  }

  categoryIdsByUser(userIds: readonly number[]): Promise<Map<number, number[]>> {
    return this.users.categoryIdsByUser(userIds);
  }

  /** Makes the first administrator; null when one exists. */
  async ensureAdministrator(
    username: string,
    password: string | null,
  ): Promise<{ username: string; password: string } | null> {
    if ((await this.users.countAdmins()) > 0) return null;
    const made = await this.add(username, {
      isAdmin: true,
      maxConnections: 0,
      ...(password === null ? {} : { password }),
    });
    return { username: made.user.username, password: made.password };
  }

  private nowSeconds(): number {
    return Math.floor(this.clock.now() / 1000);
  }
}

function inputProblems(input: UserInput): FieldProblem[] {
  const problems: FieldProblem[] = [];
  const { maxConnections, expiresAt, email, outputFormats, joinBehindSeconds, notes, transcodeProfile } =
    input;
  if (maxConnections !== undefined && !isWholeNumber(maxConnections, 0, 10_000)) {
    problems.push({ field: 'maxConnections', rule: 'must be a whole number from 0 (unlimited) to 10000' });
  }
  if (expiresAt !== undefined && expiresAt !== null && !isWholeNumber(expiresAt, 0, 253_402_300_799)) {
    problems.push({ field: 'expiresAt', rule: 'must be a date' });
  }
  if (email !== undefined && email !== null && !/^[^\s\p{Cc}@]{1,64}@[^\s\p{Cc}@]{1,190}$/u.test(email)) {
    problems.push({ field: 'email', rule: 'must be an e-mail address' });
  }
  if (outputFormats?.some((format) => !OUTPUT_FORMATS.includes(format as never))) {
    problems.push({ field: 'outputFormats', rule: `must be among ${OUTPUT_FORMATS.join(', ')}` });
  }
  if (
    joinBehindSeconds !== undefined &&
    joinBehindSeconds !== null &&
    !isWholeNumber(joinBehindSeconds, 0, 60)
  ) {
    problems.push({ field: 'joinBehindSeconds', rule: 'must be a whole number from 0 to 60' });
  }
  if (typeof transcodeProfile === 'string' && !isTranscodeProfile(transcodeProfile)) {
    problems.push({ field: 'transcodeProfile', rule: `must be one of ${TRANSCODE_PROFILES.join(', ')}` });
  }
  if (notes !== undefined && notes.length > 4000) {
    problems.push({ field: 'notes', rule: 'must not exceed 4000 characters' });
  }
  // PostgreSQL keeps no zero character.
  if (notes?.includes('\0')) problems.push({ field: 'notes', rule: 'must not contain control characters' });
  return problems;
}

function insist(written: UserWrite, id: number): void {
  if (written === 'unknown') throw unknownUser(String(id));
  if (written === 'last-administrator') {
    throw new AppError('conflict', 'this is the last administrator; make another one first', { status: 409 });
  }
}

function unknownUser(name: string): AppError {
  return new AppError('not_found', `there is no user ${name}`, { status: 404 });
}

function withoutUndefined<T extends object>(fields: T): Partial<T> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as Partial<T>;
}
