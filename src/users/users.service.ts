import { Inject, Injectable } from '@nestjs/common';
import bcrypt from 'bcrypt';
import type { Clock } from '../platform/clock.js';
import { ChangeFeed } from '../platform/database/change-feed.js';
import { AppError, type FieldProblem } from '../platform/errors/app-error.js';
import { CLOCK } from '../platform/tokens.js';
import { generatePassword, passwordProblems, usernameProblems } from './account-rules.js';
import { OUTPUT_FORMATS } from './account.js';
import type { User } from './user.entity.js';
import { UsersRepository } from './users.repository.js';

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
}

@Injectable()
export class UsersService {
  constructor(
    private readonly users: UsersRepository,
    private readonly changes: ChangeFeed,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /** The password is returned here and nowhere else. Throws `invalid_input`, `conflict`. */
  async add(username: string, input: UserInput): Promise<{ user: User; password: string }> {
    const password = input.password ?? generatePassword();
    refuse([...usernameProblems(username), ...passwordProblems(password), ...inputProblems(input)]);
    const user = await this.users.insert(
      {
        username,
        passwordHash: await bcrypt.hash(password, BCRYPT_COST),
        email: input.email ?? null,
        isActive: input.isActive ?? true,
        isBanned: input.isBanned ?? false,
        isAdmin: input.isAdmin ?? false,
        isTrial: input.isTrial ?? false,
        maxConnections: input.maxConnections ?? 1,
        expiresAt: input.expiresAt ?? null,
        createdAt: Math.floor(this.clock.now() / 1000),
        lastSeenAt: null,
        notes: input.notes ?? '',
        outputFormats: input.outputFormats ?? [],
        joinBehindSeconds: input.joinBehindSeconds ?? null,
      },
      input.categoryIds ?? [],
    );
    if (!user) throw new AppError('conflict', `a user named ${username} exists already`, { status: 409 });
    await this.changes.check();
    return { user, password };
  }

  async change(id: number, input: UserInput): Promise<User> {
    refuse([
      ...(input.password === undefined ? [] : passwordProblems(input.password)),
      ...inputProblems(input),
    ]);
    const { password, categoryIds, ...fields } = input;
    const hash = password === undefined ? {} : { passwordHash: await bcrypt.hash(password, BCRYPT_COST) };
    const found = await this.users.update(id, { ...withoutUndefined(fields), ...hash }, categoryIds);
    if (!found) throw unknownUser(String(id));
    await this.changes.check();
    return this.get(id);
  }

  async remove(id: number): Promise<void> {
    if (!(await this.users.remove(id))) throw unknownUser(String(id));
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

  categoryIdsOf(userId: number): Promise<number[]> {
    return this.users.categoryIdsOf(userId);
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
}

function inputProblems(input: UserInput): FieldProblem[] {
  const problems: FieldProblem[] = [];
  const { maxConnections, expiresAt, email, outputFormats, joinBehindSeconds, notes } = input;
  if (maxConnections !== undefined && !isWholeNumber(maxConnections, 0, 10_000)) {
    problems.push({ field: 'maxConnections', rule: 'must be a whole number from 0 (unlimited) to 10000' });
  }
  if (expiresAt !== undefined && expiresAt !== null && !isWholeNumber(expiresAt, 0, 253_402_300_799)) {
    problems.push({ field: 'expiresAt', rule: 'must be a date' });
  }
  if (email !== undefined && email !== null && !/^[^\s@]{1,64}@[^\s@]{1,190}$/.test(email)) {
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
  if (notes !== undefined && notes.length > 4000) {
    problems.push({ field: 'notes', rule: 'must not exceed 4000 characters' });
  }
  return problems;
}

function refuse(problems: FieldProblem[]): void {
  if (problems.length === 0) return;
  const text = problems.map(({ field, rule }) => `${field} ${rule}`).join('; ');
  throw new AppError('invalid_input', text, { status: 400, details: problems });
}

function unknownUser(name: string): AppError {
  return new AppError('not_found', `there is no user ${name}`, { status: 404 });
}

function isWholeNumber(value: number, min: number, max: number): boolean {
  return Number.isInteger(value) && value >= min && value <= max;
}

function withoutUndefined<T extends object>(fields: T): Partial<T> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as Partial<T>;
}
