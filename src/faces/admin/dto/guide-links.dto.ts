import { PATTERN_FIELDS } from '../../../core/guide/name-pattern.js';
import { PLACEHOLDER_KINDS } from '../../../core/guide/placeholder.js';
import { GUIDE_MODES } from '../../../epg/channel-guide.entity.js';
import { LINK_ORIGINS } from '../../../epg/guide-link.entity.js';
import { PageQuery } from './common.dto.js';
import { Id, Nested, NestedList, OneOf, Text, Told, Whole } from './fields.js';

const SHIFT = { min: -1440, max: 1440 };

export class GuideLinksQuery extends PageQuery {
  @OneOf(['linked', 'unlinked', 'waiting'], {
    doc: 'Only channels with a guide, without one, or those that matching left to you.',
    optional: true,
  })
  only?: 'linked' | 'unlinked' | 'waiting';
}

export class GuideChannelsQuery {
  @Text({ doc: 'Part of the id or of a name, in any case.', min: 2, max: 100 })
  search!: string;
}

export class PlaceholderDto {
  @OneOf(PLACEHOLDER_KINDS, {
    doc: 'none; an event from the time in the name; blocks of some hours; auto = an event where the name tells a time, blocks where it says 24/7; pattern = an event read by your pattern.',
  })
  kind!: (typeof PLACEHOLDER_KINDS)[number];

  @Text({
    doc: `How names say what is on and when: text and fields, of the kind pattern alone. Fields are ${PATTERN_FIELDS.join(', ')}.`,
    ...{ optional: true, min: 1, max: 200, example: '{title} | {HH}:{mm} {zone}' },
  })
  pattern?: string;

  @Text({ doc: "Time zone of times in names; the server's where absent.", optional: true, min: 1, max: 64 })
  timeZone?: string;

  @Whole({ doc: 'Length of an event in minutes.', optional: true, min: 1, max: 1440, default: 120 })
  eventMinutes?: number;

  @Whole({ doc: 'Length of a block in minutes.', optional: true, min: 15, max: 1440, default: 240 })
  blockMinutes?: number;

  @Text({
    doc: '{title} stands for the name without time and date.',
    ...{ optional: true, min: 1, max: 200, default: '{title}' },
  })
  title?: string;
}

export class LinkInputDto {
  @Id({ doc: 'Id of a guide channel, see "candidates" and /guide-channels.' })
  guideChannelId!: number;

  @Whole({ doc: 'Minutes added to the times of the guide.', optional: true, default: 0, ...SHIFT })
  shiftMinutes?: number;
}

export class DecideGuideDto {
  @OneOf(['auto', 'none'], {
    doc: 'auto = back to matching; none = this channel has no guide. Not together with links.',
    optional: true,
  })
  mode?: 'auto' | 'none';

  @NestedList(() => LinkInputDto, {
    doc: 'Where its programmes come from, best first. They stand until you decide otherwise.',
    ...{ optional: true, max: 16 },
  })
  links?: LinkInputDto[];

  @Whole({ doc: 'Minutes added to all its programmes.', optional: true, ...SHIFT })
  shiftMinutes?: number;

  @Nested(() => PlaceholderDto, {
    doc: 'What it shows without a guide; null = the rule of its category.',
    ...{ optional: true, nullable: true },
  })
  placeholder?: PlaceholderDto | null;
}

export class PreviewPlaceholderDto {
  @Nested(() => PlaceholderDto, { doc: 'The rule to try.' })
  placeholder!: PlaceholderDto;
}

export class PreviewedProgrammeDto {
  @Told('Its title.', { type: String })
  title!: string;

  @Told('When it begins.', { type: String, format: 'date-time' })
  start!: string;

  @Told('When it ends.', { type: String, format: 'date-time' })
  stop!: string;
}

export class PreviewedChannelDto {
  @Told('Id of the channel.', { type: 'integer' })
  id!: number;

  @Told('Its name.', { type: String })
  name!: string;

  @Told(
    'What it would show from a day ago to seven days ahead, the first ten; none where the rule finds nothing.',
    {
      type: [PreviewedProgrammeDto],
    },
  )
  programmes!: PreviewedProgrammeDto[];
}

export class PlaceholderPreviewDto {
  @Told('The channels, a hundred at most.', { type: [PreviewedChannelDto] })
  items!: PreviewedChannelDto[];
}

export class CategoryGuideDto {
  @Nested(() => PlaceholderDto, {
    doc: 'What its channels show without a guide; null = the rule of the server, which is auto.',
    nullable: true,
  })
  placeholder!: PlaceholderDto | null;
}

export class GuideChannelDto {
  @Told('Id.', { type: 'integer' })
  id!: number;

  @Told('Its id in the guide.', { type: String })
  xmltvId!: string;

  @Told('Its names; none while its guide does not carry it.', { type: [String] })
  names!: string[];

  @Told('Programmes the guide has of it.', { type: 'integer' })
  programmeCount!: number;

  @Told('The guide.', { type: 'integer' })
  sourceId!: number;

  @Told('Name of the guide.', { type: String })
  sourceName!: string;

  @Told('Lower ones go first.', { type: 'integer' })
  sourcePriority!: number;

  @Told('Whether the guide carries it now.', { type: Boolean })
  isServed!: boolean;
}

export class GuideChannelsDto {
  @Told('At most a hundred.', { type: [GuideChannelDto] })
  items!: GuideChannelDto[];
}

export class GuideLinkDto {
  @Told('Id of the guide channel.', { type: 'integer' })
  guideChannelId!: number;

  @Told('The guide channel.', { type: GuideChannelDto })
  guide!: GuideChannelDto;

  @Told('Who found it: a person, or matching by id or name.', { type: String, enum: [...LINK_ORIGINS] })
  origin!: string;

  @Told('How sure matching is, 0 to 100.', { type: 'integer' })
  score!: number;

  @Told('Why; empty for one of a person.', { type: String })
  reason!: string;

  @Told('Minutes added to the times of the guide.', { type: 'integer' })
  shiftMinutes!: number;

  @Told('Why it was left to you; null = it is in use.', { type: String, nullable: true })
  question!: string | null;
}

export class ChannelLinksDto {
  @Told('Id of the channel.', { type: 'integer' })
  id!: number;

  @Told('Its number.', { type: 'integer' })
  num!: number;

  @Told('Its name.', { type: String })
  name!: string;

  @Told('Who decides about its guide: matching, or a person.', { type: String, enum: [...GUIDE_MODES] })
  mode!: string;

  @Told('Where its programmes come from, best first.', { type: [GuideLinkDto] })
  links!: GuideLinkDto[];

  @Told('What may be meant, best first.', { type: [GuideLinkDto] })
  candidates!: GuideLinkDto[];
}

export class ChannelGuideDto extends ChannelLinksDto {
  @Told('Minutes added to all its programmes.', { type: 'integer' })
  shiftMinutes!: number;

  @Told('What it shows without a guide; null = the rule of its category.', {
    type: PlaceholderDto,
    nullable: true,
  })
  placeholder!: PlaceholderDto | null;
}

export class GuideLinksPageDto {
  @Told('The rows of this page.', { type: [ChannelLinksDto] })
  items!: ChannelLinksDto[];

  @Told('Rows on all pages together.', { type: 'integer' })
  total!: number;

  @Told('This page.', { type: 'integer' })
  page!: number;

  @Told('Rows per page.', { type: 'integer' })
  perPage!: number;
}

export class MatchReportDto {
  @Told('Channels that nobody decided about.', { type: 'integer' })
  channels!: number;

  @Told('Of these, the ones with a guide now.', { type: 'integer' })
  linked!: number;

  @Told('Of the others, the ones that wait for you.', { type: 'integer' })
  waiting!: number;

  @Told('Links found new.', { type: 'integer' })
  added!: number;

  @Told('Links taken away.', { type: 'integer' })
  removed!: number;
}

export class MatchingDto {
  @Told('Whether a search runs.', { type: Boolean })
  isRunning!: boolean;

  @Told('What the last one found; null = there was none since the start.', {
    type: MatchReportDto,
    nullable: true,
  })
  report!: MatchReportDto | null;
}
