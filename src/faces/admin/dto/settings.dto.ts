import { MAX_MESSAGE, type Settings } from '../../../platform/settings/settings-shape.js';
import { Flag, Text, Told, Whole } from './fields.js';

export class ChangeSettingsDto {
  @Text({
    doc: 'Shown by players that show messages of a server; empty = none.',
    optional: true,
    max: MAX_MESSAGE,
  })
  message?: string;

  @Text({
    doc: 'IANA time zone told to players; null = the one of the configuration.',
    optional: true,
    nullable: true,
    max: 64,
    example: 'Europe/Lisbon',
  })
  timezone?: string | null;

  @Whole({ doc: 'Streams at once of a new user; 0 = unlimited.', optional: true, min: 0, max: 10_000 })
  defaultMaxConnections?: number;

  @Whole({
    doc: 'Seconds behind the newest picture at which viewers join; null = the configuration.',
    optional: true,
    nullable: true,
    min: 0,
    max: 60,
  })
  joinBehindSeconds?: number | null;

  @Flag({
    doc: 'Whether viewers are shown in words, as a picture, why a channel does not play.',
    optional: true,
  })
  slates?: boolean;
}

export class SettingsDto implements Settings {
  @Told('Shown by players that show messages of a server.', { type: String })
  message!: string;

  @Told('IANA time zone told to players; null = the one of the configuration.', {
    type: String,
    nullable: true,
  })
  timezone!: string | null;

  @Told('Streams at once of a new user; 0 = unlimited.', { type: 'integer' })
  defaultMaxConnections!: number;

  @Told('Seconds behind the newest picture at which viewers join; null = the configuration.', {
    type: 'integer',
    nullable: true,
  })
  joinBehindSeconds!: number | null;

  @Told('Whether viewers are shown in words, as a picture, why a channel does not play.', { type: Boolean })
  slates!: boolean;
}
