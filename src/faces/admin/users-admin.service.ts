import { Inject, Injectable } from '@nestjs/common';
import { CategoriesService } from '../../channels/categories.service.js';
import type { Clock } from '../../platform/clock.js';
import { invalidInput } from '../../platform/errors/app-error.js';
import { CLOCK } from '../../platform/tokens.js';
import { accountStatus } from '../../users/account.js';
import type { User } from '../../users/user.entity.js';
import { UsersService, type UserInput } from '../../users/users.service.js';
import { epochTime, isoTime } from './dto/common.dto.js';
import type {
  AddedUserDto,
  AddUserDto,
  ChangeUserDto,
  UserDto,
  UsersPageDto,
  UsersQueryDto,
} from './dto/users.dto.js';

/** Users as the API tells them. */
@Injectable()
export class UsersAdminService {
  constructor(
    private readonly users: UsersService,
    private readonly categories: CategoriesService,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  async page({ order, ...query }: UsersQueryDto): Promise<UsersPageDto> {
    const { items, total } = await this.users.page({ ...query, descending: order === 'desc' });
    return { items: await this.present(items), total, page: query.page, perPage: query.perPage };
  }

  async get(id: number): Promise<UserDto> {
    return this.presentOne(await this.users.get(id));
  }

  async add({ username, ...input }: AddUserDto): Promise<AddedUserDto> {
    await this.refuseUnknown(input.categoryIds);
    const { user, password } = await this.users.add(username, toInput(input));
    return { user: await this.presentOne(user), password };
  }

  async change(id: number, input: ChangeUserDto): Promise<UserDto> {
    await this.refuseUnknown(input.categoryIds, id);
    return this.presentOne(await this.users.change(id, toInput(input)));
  }

  /** What the user has already may stay, though the category is gone: dropping the last one would open all others. */
  private async refuseUnknown(ids: readonly number[] = [], userId?: number): Promise<void> {
    if (ids.length === 0) return;
    const had = userId === undefined ? [] : await this.users.categoryIdsOf(userId);
    const known = new Set([...had, ...(await this.categories.list()).map(({ category }) => category.id)]);
    const unknown = ids.find((id) => !known.has(id));
    if (unknown === undefined) return;
    throw invalidInput([{ field: 'categoryIds', rule: `must be ids of categories; ${unknown} is none` }]);
  }

  private async presentOne(user: User): Promise<UserDto> {
    return toDto(user, await this.users.categoryIdsOf(user.id), this.nowSeconds());
  }

  private async present(users: readonly User[]): Promise<UserDto[]> {
    const categoryIds = await this.users.categoryIdsByUser(users.map(({ id }) => id));
    return users.map((user) => toDto(user, categoryIds.get(user.id) ?? [], this.nowSeconds()));
  }

  private nowSeconds(): number {
    return Math.floor(this.clock.now() / 1000);
  }
}

function toInput({ expiresAt, ...rest }: ChangeUserDto & { password?: string }): UserInput {
  return expiresAt === undefined ? rest : { ...rest, expiresAt: epochTime(expiresAt) };
}

function toDto(user: User, categoryIds: number[], nowSeconds: number): UserDto {
  return {
    id: user.id,
    username: user.username,
    status: accountStatus(user, nowSeconds),
    email: user.email,
    isActive: user.isActive,
    isBanned: user.isBanned,
    isAdmin: user.isAdmin,
    isTrial: user.isTrial,
    maxConnections: user.maxConnections,
    expiresAt: isoTime(user.expiresAt),
    createdAt: isoTime(user.createdAt),
    lastSeenAt: isoTime(user.lastSeenAt),
    notes: user.notes,
    outputFormats: user.outputFormats,
    categoryIds,
    joinBehindSeconds: user.joinBehindSeconds,
    slates: user.slates,
    transcodeProfile: user.transcodeProfile,
  };
}
