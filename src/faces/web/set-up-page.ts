import { TMDB_ATTRIBUTION } from '../../core/films/tmdb-attribution.js';

/** The page at `/`: how to bring a player to this server. No script, nothing from elsewhere, nothing secret. */
export function setUpPage(baseUrl: string): string {
  const base = escapeHtml(baseUrl);
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Rooftop</title>
<style>
:root { color-scheme: light dark; --line: #8884; --accent: #2f6feb; }
body { font: 16px/1.55 system-ui, sans-serif; margin: 0 auto; max-width: 46rem; padding: 2rem 1rem 4rem; }
h1 { font-size: 1.9rem; margin: 0; } h2 { font-size: 1.15rem; margin: 2.2rem 0 .6rem; }
p.lead { margin: .3rem 0 0; opacity: .75; }
table { border-collapse: collapse; width: 100%; } th, td { border-bottom: 1px solid var(--line); padding: .55rem .4rem; text-align: left; vertical-align: top; }
th { font-weight: 600; white-space: nowrap; width: 9rem; }
code { background: #8882; border-radius: .3rem; font: .9em ui-monospace, monospace; overflow-wrap: anywhere; padding: .1rem .35rem; }
a { color: var(--accent); } ol { padding-left: 1.3rem; } li { margin: .35rem 0; }
</style>
</head>
<body>
<h1>Rooftop</h1>
<p class="lead">Live television for this house. The server is running.</p>
<h2>In your player</h2>
<p>Choose <b>Xtream Codes</b> login (TiviMate, IPTV Smarters, IPTVnator and others) and enter:</p>
<table>
<tr><th>Server</th><td><code>${base}</code></td></tr>
<tr><th>User name</th><td>the one you were given</td></tr>
<tr><th>Password</th><td>the one you were given</td></tr>
</table>
<h2>Players that take addresses (VLC, Kodi, Jellyfin)</h2>
<table>
<tr><th>Playlist</th><td><code>${base}/get.php?username=NAME&amp;password=PASSWORD&amp;type=m3u_plus&amp;output=ts</code></td></tr>
<tr><th>Guide</th><td><code>${base}/xmltv.php?username=NAME&amp;password=PASSWORD</code></td></tr>
</table>
<h2>For the operator</h2>
<ol>
<li>Make a viewer: <code>npm run rooftop -- users add ana</code></li>
<li>Bring your channels in: <code>npm run rooftop -- sources add ADDRESS-OR-FILE</code>, then <code>npm run rooftop -- sources refresh --all</code></li>
<li>Administration: the API at <code>${base}/api/admin</code>, described at <a href="/api/docs">/api/docs</a>; state of the server at <a href="/readyz">/readyz</a></li>
</ol>
<p class="lead">Films: ${TMDB_ATTRIBUTION}</p>
</body>
</html>
`;
}

function escapeHtml(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}
