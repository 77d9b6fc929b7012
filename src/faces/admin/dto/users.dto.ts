import { TRANSCODE_PROFILES } from '../../../core/transcode/transcode-profiles.js';
import { OUTPUT_FORMATS } from '../../../users/account.js';
import { SearchQuery } from './common.dto.js';
import { Flag, IdList, OneOf, QueryFlag, SecretText, SomeOf, Text, Time, Told, Whole } from './fields.js';

export const ACCOUNT_STATES = ['Active', 'Expired', 'Disabled', 'Banned'] as const;
export const USER_SORTS = ['username', 'createdAt', 'expiresAt', 'lastSeenAt'] as const;

export class UsersQueryDto extends SearchQuery {
  @OneOf(ACCOUNT_STATES, { doc: 'Only accounts in this state.', optional: true })
  status?: (typeof ACCOUNT_STATES)[number];

  @QueryFlag({ doc: 'Only administrators, or only viewers.', optional: true })
  isAdmin?: boolean;

  @OneOf(USER_SORTS, { doc: 'Order.', optional: true, default: 'username' })
  sort: (typeof USER_SORTS)[number] = 'username';
}

export class ChangeUserDto {
  @Text({ doc: 'E-mail address.', optional: true, nullable: true, max: 255 })
  email?: string | null;

  @Flag({ doc: 'false keeps the user out.', optional: true, default: true })
  isActive?: boolean;

  @Flag({ doc: 'A ban, which players show as such.', optional: true, default: false })
  isBanned?: boolean;

  @Flag({ doc: 'May administer Rooftop.', optional: true, default: false })
  isAdmin?: boolean;

  @Flag({ doc: 'A trial account.', optional: true, default: false })
  isTrial?: boolean;

  @Whole({ doc: 'Streams at once; 0 = unlimited.', optional: true, min: 0, max: 10_000 })
  maxConnections?: number;

  @Time({
    doc: 'End of the account; null = never.',
    optional: true,
    nullable: true,
    example: '2026-12-31T23:59:59Z',
  })
  expiresAt?: string | null;

  @Text({ doc: 'For administrators only.', optional: true, max: 4000, multiline: true })
  notes?: string;

  @SomeOf(OUTPUT_FORMATS, {
    doc: 'Formats the user may ask for; empty = all that are offered.',
    optional: true,
  })
  outputFormats?: string[];

  @IdList({ doc: 'Categories the user may see; empty = all.', optional: true, max: 2000 })
  categoryIds?: number[];

  @Whole({
    doc: 'Seconds behind the newest picture at which this user joins a channel; null = the setting of the server.',
    optional: true,
    nullable: true,
    min: 0,
    max: 60,
  })
  joinBehindSeconds?: number | null;

  @Flag({
    doc: 'Whether the user is shown in words, as a picture, why a channel does not play; null = the setting of the server.',
    optional: true,
    nullable: true,
  })
  slates?: boolean | null;

  @OneOf(TRANSCODE_PROFILES, {
    doc: 'What the user’s streams are transcoded to by ffmpeg: sound to AAC, or a smaller picture too; `ladder`: players of HLS choose among the channel as it is and smaller pictures; null = they stay as they are.',
    optional: true,
    nullable: true,
  })
  transcodeProfile?: string | null;
}

export class AddUserDto extends ChangeUserDto {
  @Text({ doc: 'User name: 3 to 64 characters of A-Z a-z 0-9 . _ -', min: 3, max: 64, example: 'ana' })
  username!: string;

  @SecretText({ doc: 'Password; made up where absent.', optional: true, max: 256 })
  password?: string;
}

export class NewPasswordDto {
  @SecretText({ doc: 'The new password; made up where absent.', optional: true, max: 256 })
  password?: string;
}

export class PasswordDto {
  @Told('The password. It is shown here and never again.', { type: String })
  password!: string;
}

export class UserDto {
  @Told('Id.', { type: 'integer' })
  id!: number;

  @Told('User name.', { type: String })
  username!: string;

  @Told('State of the account, as players see it.', { type: String, enum: [...ACCOUNT_STATES] })
  status!: string;

  @Told('E-mail address.', { type: String, nullable: true })
  email!: string | null;

  @Told('false keeps the user out.', { type: Boolean })
  isActive!: boolean;

  @Told('Banned.', { type: Boolean })
  isBanned!: boolean;

  @Told('May administer Rooftop.', { type: Boolean })
  isAdmin!: boolean;

  @Told('A trial account.', { type: Boolean })
  isTrial!: boolean;

  @Told('Streams at once; 0 = unlimited.', { type: 'integer' })
  maxConnections!: number;

  @Told('End of the account; null = never.', { type: String, format: 'date-time', nullable: true })
  expiresAt!: string | null;

  @Told('When the account was made.', { type: String, format: 'date-time' })
  createdAt!: string;

  @Told('Last request of a player; null = never.', { type: String, format: 'date-time', nullable: true })
  lastSeenAt!: string | null;

  @Told('For administrators only.', { type: String })
  notes!: string;

  @Told('Formats the user may ask for; empty = all that are offered.', {
    type: [String],
    enum: [...OUTPUT_FORMATS],
  })
  outputFormats!: string[];

  @Told('Categories the user may see; empty = all.', { type: [Number] })
  categoryIds!: number[];

  @Told('Seconds behind the newest picture; null = the setting of the server.', {
    type: 'integer',
    nullable: true,
  })
  joinBehindSeconds!: number | null;

  @Told('Whether errors are shown as a picture; null = the setting of the server.', {
    type: Boolean,
    nullable: true,
  })
  slates!: boolean | null;

  @Told('What streams are transcoded to; null = they stay as they are.', {
    type: String,
    enum: [...TRANSCODE_PROFILES],
    nullable: true,
  })
  transcodeProfile!: string | null;
}

export class UsersPageDto {
  @Told('The rows of this page.', { type: [UserDto] })
  items!: UserDto[];

  @Told('Rows on all pages together.', { type: 'integer' })
  total!: number;

  @Told('This page.', { type: 'integer' })
  page!: number;

  @Told('Rows per page.', { type: 'integer' })
  perPage!: number;
}

export class AddedUserDto {
  @Told('The new user.', { type: UserDto })
  user!: UserDto;

  @Told('The password. It is shown here and never again.', { type: String })
  password!: string;
}
