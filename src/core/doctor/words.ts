import type { Advice, Facts, Finding, Hop, Verdict } from './finding.js';

interface Words {
  hop: Hop;
  verdict: Verdict;
  /** `{name}` stands for a fact. */
  says: string;
  advice?: string;
}

const LATER = 'Try again later; if it stays like this, remove the source or find another address for it.';
const NEW_ADDRESS = 'Ask your provider for the present address, or refresh the list it came from.';
const ACCOUNT = 'Check with your provider that the account is paid for and that name and password are right.';

/**
 * Everything the doctor can find, with its words. For people who never saw a protocol: what was seen, then what to do.
 */
export const WORDS = {
  'channel-hidden': {
    hop: 'channel',
    verdict: 'note',
    says: 'The channel or its category is hidden: viewers do not see it.',
    advice: 'Show it again with "rooftop channels show".',
  },
  'channel-retired': {
    hop: 'channel',
    verdict: 'failed',
    says: 'No list names this channel any more.',
    advice: 'Refresh your lists; if it stays away, the provider has dropped it.',
  },
  'channel-empty': {
    hop: 'channel',
    verdict: 'failed',
    says: 'The channel has no source that may be tried.',
    advice: 'Add a source, switch one on, or refresh the list the channel came from.',
  },

  'source-off': {
    hop: 'source',
    verdict: 'skipped',
    says: 'Switched off or dropped by its list: not looked at.',
  },
  'source-resting': {
    hop: 'source',
    verdict: 'note',
    says: 'It failed lately ({failure}) and is tried last for now.',
  },
  'source-odd': {
    hop: 'source',
    verdict: 'failed',
    says: 'The address is of a kind that cannot be played here ({detail}).',
    advice:
      'Check how the address is written. Some kinds need ffmpeg: run "rooftop doctor" to see whether it is found.',
  },
  'source-later': {
    hop: 'source',
    verdict: 'skipped',
    says: 'Not looked at: the time for one report was over.',
    advice: 'Run the doctor again; the sources before it were slow.',
  },
  'source-live': {
    hop: 'source',
    verdict: 'ok',
    says: 'It plays right now for {viewers} viewer(s), from {place}; nothing was opened for this report.',
  },
  'source-starting': {
    hop: 'source',
    verdict: 'skipped',
    says: 'The channel is being started for a viewer right now; it is not opened a second time.',
    advice: 'Run the doctor again in a minute.',
  },

  'name-ok': { hop: 'name', verdict: 'ok', says: 'The name of the host is known ({count} address(es)).' },
  'name-unknown': {
    hop: 'name',
    verdict: 'failed',
    says: 'There is no host named {host}.',
    advice: `Look for a slip of the pen in the address. ${NEW_ADDRESS}`,
  },
  'name-silent': {
    hop: 'name',
    verdict: 'failed',
    says: 'No name server answered the question for {host}.',
    advice: 'Check that this machine is connected to the internet and that its name server (DNS) works.',
  },
  'name-forbidden': {
    hop: 'name',
    verdict: 'failed',
    says: '{host} lies in a local network, and this source is not allowed to.',
    advice: 'If it is your own device, allow private addresses for the source or its list (--allow-private).',
  },

  'engine-ok': {
    hop: 'engine',
    verdict: 'ok',
    says: 'AceStream engine {engine} answers (version {version}).',
  },
  'engine-none': {
    hop: 'engine',
    verdict: 'failed',
    says: 'No AceStream engine is configured.',
    advice: 'Install an engine and set ROOFTOP_ACESTREAM_ENGINES to its address, e.g. http://127.0.0.1:6878.',
  },
  'engine-down': {
    hop: 'engine',
    verdict: 'failed',
    says: 'No AceStream engine answers (asked: {engines}).',
    advice:
      'Start the engine, or restart it when it hangs. In a container, 127.0.0.1 is the container itself.',
  },
  'engine-offline': {
    hop: 'engine',
    verdict: 'failed',
    says: 'The engine answers, but cannot reach the network of peers.',
    advice: 'Check the internet connection of the machine the engine runs on, and its firewall or VPN.',
  },
  'engine-full': {
    hop: 'engine',
    verdict: 'failed',
    says: 'Every place on the engines is taken by other channels.',
    advice: 'Wait until a channel is closed, add an engine, or raise acestream.maxStreamsPerEngine.',
  },

  'limit-ok': {
    hop: 'limit',
    verdict: 'ok',
    says: 'The list allows {max} connection(s); {used} in use.',
  },
  'limit-reached': {
    hop: 'limit',
    verdict: 'failed',
    says: 'The list allows {max} connection(s), and all are in use.',
    advice: 'Close another channel of this provider, or raise --max-connections if the provider allows more.',
  },
  'limit-full': {
    hop: 'limit',
    verdict: 'failed',
    says: 'The list allows no further connection at the moment.',
    advice: 'Close another channel of this provider, or raise --max-connections if the provider allows more.',
  },
  'limit-spared': {
    hop: 'limit',
    verdict: 'skipped',
    says: 'Somebody watches another channel from this host. It was not opened, because a second connection might end that one.',
    advice: 'Run the doctor when nobody watches, or say with --max-connections how many the provider allows.',
  },

  'start-ok': { hop: 'start', verdict: 'ok', says: 'It could be opened at {place} in {seconds} s.' },
  'start-refused': {
    hop: 'start',
    verdict: 'failed',
    says: 'The host is there, but refuses the connection.',
    advice: `The stream server is switched off, or listens elsewhere. ${NEW_ADDRESS}`,
  },
  'start-unreachable': {
    hop: 'start',
    verdict: 'failed',
    says: 'The host cannot be reached ({code}).',
    advice: `Check the internet connection of this machine, a firewall or a VPN in between. ${LATER}`,
  },
  'start-certificate': {
    hop: 'start',
    verdict: 'failed',
    says: 'The host shows a certificate that cannot be trusted ({code}).',
    advice: `Look whether the clock of this machine is right. A host with a certificate of its own making can be asked by http:// where it allows that. ${NEW_ADDRESS}`,
  },
  'proxy-unreachable': {
    hop: 'start',
    verdict: 'failed',
    says: 'The proxy of this source cannot be reached. The source itself was not asked.',
    advice: 'Check that the proxy runs, and its address and port at the list or the source.',
  },
  'proxy-login': {
    hop: 'start',
    verdict: 'failed',
    says: 'The proxy of this source refuses the login (status 407). The source itself was not asked.',
    advice: 'Set the address of the proxy again, with the right user and password.',
  },
  'proxy-refused': {
    hop: 'start',
    verdict: 'failed',
    says: 'The proxy of this source will not connect to its host or port.',
    advice: 'Allow the host and port in the rules of the proxy, or take another proxy.',
  },
  'start-timeout': {
    hop: 'start',
    verdict: 'failed',
    says: 'It was asked, and sent nothing within {seconds} s.',
    advice: LATER,
  },
  'start-unauthorized': {
    hop: 'start',
    verdict: 'failed',
    says: 'The provider wants a valid login (status {status}).',
    advice: ACCOUNT,
  },
  'start-forbidden': {
    hop: 'start',
    verdict: 'failed',
    says: 'The provider refuses this stream (status {status}).',
    advice: `${ACCOUNT} Some refuse foreign countries, VPNs, unknown players (User-Agent), or a second connection.`,
  },
  'start-gone': {
    hop: 'start',
    verdict: 'failed',
    says: 'The provider does not know this stream (status {status}).',
    advice: `The channel has moved or is gone. ${NEW_ADDRESS}`,
  },
  'start-busy': {
    hop: 'start',
    verdict: 'failed',
    says: 'The provider says that too many connections or requests come from you (status {status}).',
    advice:
      'Close other players that use this account, wait some minutes, and set --max-connections of the list to what the provider allows.',
  },
  'start-blocked': {
    hop: 'start',
    verdict: 'failed',
    says: 'The provider has blocked this account or this address (status {status}).',
    advice: `${ACCOUNT} Ask them to lift the block.`,
  },
  'start-broken': {
    hop: 'start',
    verdict: 'failed',
    says: 'The provider’s server has a fault of its own (status {status}).',
    advice: LATER,
  },
  'start-odd': {
    hop: 'start',
    verdict: 'failed',
    says: 'The provider gave an answer that is no stream (status {status}).',
    advice: NEW_ADDRESS,
  },
  'start-astray': {
    hop: 'start',
    verdict: 'failed',
    says: 'The address leads in circles or nowhere.',
    advice: NEW_ADDRESS,
  },
  'start-failed': {
    hop: 'start',
    verdict: 'failed',
    says: 'It could not be opened ({detail}).',
    advice: LATER,
  },
  'start-interrupted': {
    hop: 'start',
    verdict: 'skipped',
    says: 'Not looked at to the end: {detail}.',
    advice: 'Run the doctor again when less is going on.',
  },
  'content-unknown': {
    hop: 'start',
    verdict: 'failed',
    says: 'The AceStream network does not know this content.',
    advice: `The broadcast is over, or the id is outdated: ids change often. ${NEW_ADDRESS}`,
  },
  'content-no-peers': {
    hop: 'start',
    verdict: 'failed',
    says: 'The content is known, but nobody shares it at the moment.',
    advice: 'Try again at the time of a broadcast. If nobody ever shares it, remove the source.',
  },
  'content-licence': {
    hop: 'start',
    verdict: 'failed',
    says: 'The engine wants a paid option for this content.',
    advice: 'Use another build of the engine, or another source.',
  },

  'bytes-ok': { hop: 'bytes', verdict: 'ok', says: 'Bytes come ({kilobytes} kB).' },
  'bytes-none': {
    hop: 'bytes',
    verdict: 'failed',
    says: 'It opens, but sends nothing.',
    advice: `The channel is off the air, or the account is not valid for it. ${LATER}`,
  },
  'bytes-page': {
    hop: 'bytes',
    verdict: 'failed',
    says: 'Instead of a stream a web page comes.',
    advice: `Often that is the provider’s page about an expired account, or a block by your internet provider. ${ACCOUNT}`,
  },
  'bytes-text': {
    hop: 'bytes',
    verdict: 'failed',
    says: 'Instead of a stream a text comes.',
    advice: `Often that is an error message of the provider. ${ACCOUNT}`,
  },
  'bytes-foreign': {
    hop: 'bytes',
    verdict: 'failed',
    says: 'What comes is no stream that can be passed on.',
    advice: NEW_ADDRESS,
  },
  'bytes-cut': {
    hop: 'bytes',
    verdict: 'note',
    says: 'The connection broke while it was looked at ({detail}).',
    advice: 'Where that happens often, prefer another source of the channel.',
  },

  'tables-ok': { hop: 'tables', verdict: 'ok', says: 'The stream says what it is made of.' },
  'tables-none': {
    hop: 'tables',
    verdict: 'failed',
    says: 'The stream never says what it is made of (no PAT or PMT).',
    advice: 'It is damaged at its origin. Use another source.',
  },

  'picture-ok': { hop: 'picture', verdict: 'ok', says: 'A picture came after {seconds} s.' },
  'picture-slow': {
    hop: 'picture',
    verdict: 'note',
    says: 'The first picture took {seconds} s.',
    advice:
      'Changing to this channel feels slow. Where the channel has other sources, Rooftop prefers the quicker ones.',
  },
  'picture-none': {
    hop: 'picture',
    verdict: 'failed',
    says: 'Bytes come, but no picture at which a player could start.',
    advice: `The channel may be off the air behind its address. ${LATER}`,
  },
  'picture-scrambled': {
    hop: 'picture',
    verdict: 'failed',
    says: 'The stream is scrambled ({percent} % of it): no player can show it.',
    advice: 'It needs the smart card or subscription of its origin. Use another source.',
  },

  'codecs-ok': { hop: 'codecs', verdict: 'ok', says: 'Picture and sound: {codecs}.' },
  'codecs-rare': {
    hop: 'codecs',
    verdict: 'note',
    says: 'Picture and sound: {codecs}. Browsers and some televisions do not play {rare}.',
    advice: 'If there is sound without picture or the other way round, use VLC, Kodi or another player.',
  },
  'codecs-radio': { hop: 'codecs', verdict: 'note', says: 'Sound only: {codecs}.' },
  'codecs-silent': {
    hop: 'codecs',
    verdict: 'note',
    says: 'Picture without sound: {codecs}.',
    advice: 'The silence comes from the source. Use another one if it should not be silent.',
  },

  'rate-ok': { hop: 'rate', verdict: 'ok', says: 'It is delivered fast enough ({megabits} Mbit/s).' },
  'rate-low': {
    hop: 'rate',
    verdict: 'failed',
    says: 'It comes too slowly: {percent} % of what the picture needs ({megabits} Mbit/s).',
    advice:
      'Viewers will see it stop and go. Few peers, a weak provider or a full line: try another source, or close other downloads.',
  },
  'rate-damaged': {
    hop: 'rate',
    verdict: 'note',
    says: 'Parts of the stream are missing ({errors} gaps while it was looked at).',
    advice: 'Expect blocks in the picture. Where the channel has other sources, prefer them.',
  },
  'rate-unknown': { hop: 'rate', verdict: 'note', says: 'It came too briefly to judge its speed.' },
} as const satisfies Record<string, Words>;

export const SERVER_WORDS = {
  'data-ok': { hop: 'data', verdict: 'ok', says: 'The data folder can be written.' },
  'data-locked': {
    hop: 'data',
    verdict: 'failed',
    says: 'The data folder cannot be written ({detail}).',
    advice: 'Give it to the user Rooftop runs as, or set ROOFTOP_DATA_DIR.',
  },
  'database-ok': { hop: 'database', verdict: 'ok', says: 'The database answers ({dialect}).' },
  'database-broken': {
    hop: 'database',
    verdict: 'failed',
    says: 'The database does not answer as it should ({detail}).',
    advice: 'Restore a backup with "rooftop restore", or check the PostgreSQL server.',
  },
  'disk-ok': { hop: 'disk', verdict: 'ok', says: '{free} free where the data lies.' },
  'disk-low': {
    hop: 'disk',
    verdict: 'note',
    says: 'Only {free} free where the data lies.',
    advice: 'Make room before it runs out: a full disk stops every change.',
  },
  'disk-full': {
    hop: 'disk',
    verdict: 'failed',
    says: 'The disk is full ({free} free where the data lies).',
    advice: 'Delete old logs and backups, or move the data folder to a larger disk.',
  },
  'clock-ok': { hop: 'clock', verdict: 'ok', says: 'The clock says {time}, time zone {zone}.' },
  'clock-wrong': {
    hop: 'clock',
    verdict: 'failed',
    says: 'The clock says {time}, which cannot be: something here happened at {later}.',
    advice: 'Set the clock of this machine (NTP). Accounts, logins and the guide depend on it.',
  },
  'port-ours': { hop: 'port', verdict: 'ok', says: 'The server runs and answers at {address}.' },
  'port-free': {
    hop: 'port',
    verdict: 'note',
    says: 'No server runs at {address}.',
    advice: 'Start it with "npm start" or "rooftop serve" if viewers should be served now.',
  },
  'port-foreign': {
    hop: 'port',
    verdict: 'failed',
    says: 'Another program answers at {address}.',
    advice: 'Stop it, or set ROOFTOP_PORT to another port.',
  },
  'engines-ok': {
    hop: 'engines',
    verdict: 'ok',
    says: 'AceStream engine {engine} answers (version {version}).',
  },
  'engines-down': {
    hop: 'engines',
    verdict: 'failed',
    says: 'AceStream engine {engine} does not answer.',
    advice:
      'Start it, or take it out of ROOFTOP_ACESTREAM_ENGINES if you have none. In a container, 127.0.0.1 is the container itself.',
  },
  'engines-none': {
    hop: 'engines',
    verdict: 'note',
    says: 'No AceStream engine is configured; AceStream channels cannot be played.',
  },
  'ffmpeg-ok': { hop: 'ffmpeg', verdict: 'ok', says: 'The program ffmpeg is there (version {version}).' },
  'ffmpeg-none': {
    hop: 'ffmpeg',
    verdict: 'note',
    says: 'The program ffmpeg was not found.',
    advice: 'Only rtsp, rtmp, udp and a few HLS sources need it. Install it if you have such channels.',
  },
  'lists-none': {
    hop: 'lists',
    verdict: 'note',
    says: 'There is no list yet.',
    advice: 'Add one with "rooftop sources add ADDRESS".',
  },
  'lists-ok': {
    hop: 'lists',
    verdict: 'ok',
    says: 'List {list}: {entries} entries, last read well at {at}.',
  },
  'lists-new': { hop: 'lists', verdict: 'note', says: 'List {list} was not read yet.' },
  'lists-paused': { hop: 'lists', verdict: 'note', says: 'List {list} is paused.' },
  'lists-failed': {
    hop: 'lists',
    verdict: 'failed',
    says: 'List {list} could not be read: {reason}.',
    advice: 'What it brought before is still there. "rooftop sources report ID" has the details.',
  },
} as const satisfies Record<string, Words>;

export type SourceCode = keyof typeof WORDS;
export type ServerCode = keyof typeof SERVER_WORDS;
export type DoctorFinding = Finding<SourceCode | ServerCode>;

const ALL: Readonly<Record<string, Words>> = { ...WORDS, ...SERVER_WORDS };

/** A finding with the hop and the verdict that belong to its code. */
export function finding(code: SourceCode | ServerCode, facts: Facts = {}): DoctorFinding {
  const { hop, verdict } = wordsOf(code);
  return { hop, verdict, code, facts };
}

export function adviceOn({ code, facts }: DoctorFinding): Advice {
  const { says, advice } = wordsOf(code);
  return { says: filled(says, facts), advice: advice === undefined ? null : filled(advice, facts) };
}

function wordsOf(code: SourceCode | ServerCode): Words {
  const words = ALL[code];
  if (!words) throw new Error(`the doctor has no words for ${code}`);
  return words;
}

function filled(text: string, facts: Facts): string {
  return text.replace(/\{(\w+)\}/g, (_all, name: string) => String(facts[name] ?? '?'));
}
