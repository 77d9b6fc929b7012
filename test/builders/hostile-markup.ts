import fc from 'fast-check';

/** Pieces of guides as they come, and as they come broken. Joined at random they hit every corner of a tokenizer. */
const PIECES = [
  '<?xml version="1.0" encoding="UTF-8"?>',
  '<!DOCTYPE tv SYSTEM "xmltv.dtd">',
  '<!DOCTYPE tv [<!ENTITY a "b>c"><!ELEMENT tv (x)>]>',
  '<tv>',
  '</tv>',
  '<tv generator-info-name="x">',
  '<channel id="one.es">',
  "<channel id='two & three'>",
  '<channel id=four>',
  '</channel>',
  '<display-name lang="es">Uno</display-name>',
  '<icon src="http://l.example/1.png?a=1&amp;b=2"/>',
  '<icon src=http://l.example/1.png />',
  '<programme start="20260314190000 +0000" stop="20260314200000 +0000" channel="one.es">',
  '<programme start="20260314200000 +0100" channel="two">',
  "<programme\n start='202603142100'\n\tchannel='one.es' >",
  '<programme start="20260314190000 +0000" channel="one.es"',
  '</programme>',
  '</programme',
  '<title lang="en">News &amp; more</title>',
  '<title>Tom & Jerry</title>',
  '<title>a < b</title>',
  '<title>I <3 you</title>',
  '<title>never closed',
  '<desc>&lt;b&gt;&#1071;&#x41;&nbsp;&bogus;&</desc>',
  '<desc><![CDATA[<b>raw</b> &amp; ]] > ]]]></desc>',
  '<desc><![CDATA[never closed',
  '<![CDATA[]]>',
  '<![CDAT[x]>',
  '<!-- a - b -- c --!> --->',
  '<!---->',
  '<!-- never closed',
  '<!->',
  '<!>',
  '<![>',
  '<?php <x> ?>',
  '<?',
  '<credits><actor role="R">A</actor><director>D</director></credits>',
  '<category lang="es">Cine</category><category>Film</category>',
  '<episode-num system="xmltv_ns">0.1.</episode-num>',
  '<rating system="MPAA"><value>PG</value></rating>',
  '<new/>',
  '<new / >',
  '<br/ x=1/>',
  '<a b = "c" d= e f =\'g\' h i=j/k>',
  '<a =b>',
  '<a "b">',
  '<a b="1" b="2">',
  '</ title>',
  '</>',
  '</ >',
  '<//x>',
  '</a b="c">',
  '< ',
  '<<title>',
  '<title',
  '>',
  '"',
  "'",
  '&',
  '&am',
  'p;',
  '&#38;',
  '&#0;',
  '&#xD800;',
  '&#150;',
  ']]>',
  '-->',
  '?>',
  '\n',
  '\r\n',
  '\t ',
  '\u0000',
  '\u0007',
  '\u00a0',
  'ñandú Первый 第一 😀',
  'http://a.example/?x=1&y=2',
];
const CHARACTERS = Array.from('<>/!?-[]="\' \n&;#xabt\u0000é😀');

/** Documents made of all of that, single characters and any text between them. */
export function hostileMarkup(): fc.Arbitrary<string> {
  const piece = fc.oneof(
    { weight: 8, arbitrary: fc.constantFrom(...PIECES) },
    { weight: 3, arbitrary: fc.string({ unit: fc.constantFrom(...CHARACTERS), maxLength: 12 }) },
    { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 10 }) },
  );
  return fc.array(piece, { maxLength: 40 }).map((pieces) => pieces.join(''));
}

/** Bytes cut at random. */
export function cuts(): fc.Arbitrary<number[]> {
  return fc.oneof<fc.Arbitrary<number[]>[]>(
    fc.constant([1]),
    fc.constant([1_000_000]),
    fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 20 }),
  );
}

export function* inPieces(bytes: Uint8Array, lengths: readonly number[]): Generator<Uint8Array> {
  for (let at = 0, turn = 0; at < bytes.length; turn++) {
    const length = lengths[turn % lengths.length] ?? 1;
    yield bytes.subarray(at, at + length);
    at += length;
  }
}
