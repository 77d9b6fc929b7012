import { PageQuery } from './common.dto.js';
import { QueryWhole, Text, Time, Told } from './fields.js';

const DATE_TIME = { type: String, format: 'date-time' } as const;

export class ProgrammeGridQuery extends PageQuery {
  @Time({ doc: 'Where the grid begins; now where absent.', optional: true })
  from?: string;

  @QueryWhole({ doc: 'How far it goes.', optional: true, min: 1, max: 24, default: 3 })
  hours: number = 3;

  @QueryWhole({ doc: 'Only channels of this category.', optional: true, min: 1, max: 2_147_483_647 })
  categoryId?: number;
}

export class ProgrammeDayQuery {
  @Text({
    doc: 'Day in the time zone of the server, e.g. 2026-12-31; today where absent.',
    ...{ optional: true, max: 10, example: '2026-12-31' },
  })
  day?: string;
}

export class ProgrammeSearchQuery extends ProgrammeDayQuery {
  @Text({ doc: 'Part of a title or sub-title, whatever its case and accents.', min: 2, max: 100 })
  search!: string;

  @QueryWhole({ doc: 'Only this channel.', optional: true, min: 1, max: 2_147_483_647 })
  channelId?: number;

  @QueryWhole({ doc: 'Only channels of this category.', optional: true, min: 1, max: 2_147_483_647 })
  categoryId?: number;

  @QueryWhole({ doc: 'Page, from 1.', optional: true, min: 1, max: 1000, default: 1 })
  page: number = 1;

  @QueryWhole({ doc: 'Rows per page.', optional: true, min: 1, max: 200, default: 50 })
  perPage: number = 50;
}

export class ProgrammeDto {
  @Told('When it begins.', DATE_TIME)
  start!: string;

  @Told('When it ends.', DATE_TIME)
  stop!: string;

  @Told('In the first language of the guide.', { type: String })
  title!: string;

  @Told('"" = none.', { type: String })
  subTitle!: string;

  @Told('"" = none.', { type: String })
  description!: string;

  @Told('As the guide names them.', { type: [String] })
  categories!: string[];

  @Told('Where it comes from; null = made up from the name of the channel.', { type: Number, nullable: true })
  guideChannelId!: number | null;
}

export class ProgrammeChannelDto {
  @Told('Id of the channel.', { type: Number })
  id!: number;

  @Told('Its number.', { type: Number })
  num!: number;

  @Told('Its name.', { type: String })
  name!: string;
}

export class ChannelProgrammesDto {
  @Told('The channel.', { type: ProgrammeChannelDto })
  channel!: ProgrammeChannelDto;

  @Told('In the order of their starts.', { type: [ProgrammeDto] })
  programmes!: ProgrammeDto[];
}

export class ProgrammeGridDto {
  @Told('Where the grid begins.', DATE_TIME)
  from!: string;

  @Told('Where it ends.', DATE_TIME)
  to!: string;

  @Told('Channels by their numbers.', { type: [ChannelProgrammesDto] })
  items!: ChannelProgrammesDto[];

  @Told('Channels in all.', { type: Number })
  total!: number;
}

export class FoundProgrammeDto {
  @Told('The channel.', { type: ProgrammeChannelDto })
  channel!: ProgrammeChannelDto;

  @Told('What was found.', { type: ProgrammeDto })
  programme!: ProgrammeDto;
}

export class FoundProgrammesDto {
  @Told('Channel by channel, by their numbers.', { type: [FoundProgrammeDto] })
  items!: FoundProgrammeDto[];

  @Told('The next page has some too.', { type: Boolean })
  hasMore!: boolean;
}
