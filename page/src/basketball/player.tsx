// A player on a date: what is known of him before his game, his last games, where he shoots from.

import { useMemo, useState } from 'preact/hooks';
import { useRoute } from 'preact-iso/router';
import { useAddress } from '../address';
import { dictionary } from '../store';
import { valueLink } from '../views/value';
import { cellLink, Empty, Facts, Problem, Waiting } from '../parts';
import { count, identifier, isDate, literal, plural, show } from '../words';
import { Court, ZoneTable } from './court';
import { Spark } from './spark';
import { byDistance, byPlace, number, objects, placeSums, useSql, zonesOf, zoneSums, type Row } from './queries';
import { DatePick, needs, NoDate } from './kit';

const features = 'ml_feature_store_v2';

export function PlayerView() {
  const { player } = useRoute().params as { player: string };
  const { query } = useAddress();
  const id = Number(player);
  const missing = needs(['player_game_summary', 'upcoming_player_game_context']);
  const dates = useSql(Number.isInteger(id) && !missing ? `SELECT game_date, max(player_name) AS player_name, bool_or(played) AS played FROM (
    SELECT game_date, player_name, is_active AS played FROM player_game_summary WHERE player_id = ${id}
    UNION ALL SELECT game_date, player_name, false FROM upcoming_player_game_context WHERE player_id = ${id}) GROUP BY game_date ORDER BY game_date` : null);
  if (missing) return missing;
  if (!Number.isInteger(id)) return <Empty>A player is named by his id, as in /player/201939. Press / to find one by name.</Empty>;
  if (dates.error) return <Problem failure={dates.error} />;
  if (!dates.value) return <Waiting />;
  const known = objects(dates.value);
  if (!known.length) return <Empty>No row of any table is of player {player}.</Empty>;
  if (query.date && !isDate(query.date)) return <NoDate text={query.date} />;
  const date = query.date || String(known.at(-1)!.game_date);
  return <OnDate key={id} id={id} name={String(known.at(-1)!.player_name)} date={date} dates={known.map((d) => String(d.game_date))} />;
}

function OnDate({ id, name, date, dates }: { id: number; name: string; date: string; dates: string[] }) {
  const on = literal(date);
  const context = objects(useSql(`SELECT * FROM upcoming_player_game_context WHERE player_id = ${id} AND game_date = ${on}`).value)[0];
  const games = objects(useSql(`SELECT * FROM player_game_summary WHERE player_id = ${id} AND game_date <= ${on} AND game_date > ${on}::DATE - 400 ORDER BY game_date DESC LIMIT 60`).value);
  const game = games.find((g) => g.game_date === date);
  const before = games.filter((g) => String(g.game_date) < date);
  const team = context?.team_abbr ?? game?.team_abbr ?? games[0]?.team_abbr;
  const opponent = context?.opponent_team_abbr ?? game?.opponent_team_abbr;
  const gameId = context?.game_id ?? game?.game_id;
  return (
    <>
      <div class="head">
        <h1>{name}</h1>
        <div class="facts">
          {team && <a href={`/team/${team}?date=${date}`}>{team}</a>}
          {opponent && <span>{(context?.home_game ?? game?.home_game) ? 'against' : 'at'} <a href={`/team/${opponent}?date=${date}`}>{opponent}</a></span>}
          {gameId && <a href={`/game/${gameId}`}>game</a>}
        </div>
        <DatePick date={date} dates={dates} />
      </div>
      <Facts of={[
        context?.position && ['position', show(context.position)],
        context?.player_age && ['age', show(context.player_age)],
        context && ['rest', context.player_days_rest === null ? '–' : plural(number(context.player_days_rest), 'day')],
        context && ['back-to-back', show(context.back_to_back)],
        context && ['status', show(context.injury_status)],
        context && ['minutes in 7 days', show(context.minutes_in_last_7_days)],
        game && ['that night', game.is_active ? `${show(game.points)} points, ${show(game.rebounds)} rebounds, ${show(game.assists)} assists in ${number(game.minutes_played).toFixed(0)} min` : `did not play${game.dnp_reason ? `: ${game.dnp_reason}` : ''}`],
      ]} />
      {!context && !game && <Empty>He is in no table on {date}: no game of his team, or he could not play. The arrows lead to his dates.</Empty>}
      <div class="columns wide-left">
        <div>
          <LastTen games={before.filter((g) => g.is_active).slice(0, 10)} />
          <Features id={id} date={date} />
        </div>
        <Shots id={id} date={date} />
      </div>
      <Everything id={id} date={date} />
    </>
  );
}

const lines: Array<[string, string, (g: Row) => number | null]> = [
  ['min', 'Minutes', (g) => number(g.minutes_played)],
  ['pts', 'Points', (g) => number(g.points)],
  ['reb', 'Rebounds', (g) => number(g.rebounds)],
  ['ast', 'Assists', (g) => number(g.assists)],
  ['fg', 'Field goals made', (g) => number(g.fg_makes)],
  ['3pt', 'Threes made', (g) => number(g.three_pt_makes)],
  ['ft', 'Free throws made', (g) => number(g.ft_makes)],
  ['usg', 'Usage rate', (g) => (g.usage_rate === null ? null : number(g.usage_rate))],
  ['ts', 'True shooting', (g) => (g.ts_pct === null ? null : number(g.ts_pct) * 100)],
  ['+/−', 'Plus-minus', (g) => (g.plus_minus === null ? null : number(g.plus_minus))],
];

function LastTen({ games }: { games: Row[] }) {
  if (!games.length) return <section><h2>Last games</h2><Empty>No game before this date.</Empty></section>;
  const oldestFirst = [...games].reverse();
  const made = (g: Row, makes: string, attempts: string) => `${g[makes]}-${g[attempts]}`;
  const text: Record<string, (g: Row) => string> = {
    fg: (g) => made(g, 'fg_makes', 'fg_attempts'), '3pt': (g) => made(g, 'three_pt_makes', 'three_pt_attempts'), ft: (g) => made(g, 'ft_makes', 'ft_attempts'),
    min: (g) => number(g.minutes_played).toFixed(0), usg: (g) => (g.usage_rate === null ? '–' : number(g.usage_rate).toFixed(1)), ts: (g) => (g.ts_pct === null ? '–' : (number(g.ts_pct) * 100).toFixed(0)),
  };
  return (
    <section>
      <h2>Last {plural(games.length, 'game')}</h2>
      <div class="scroll" tabIndex={0} role="region" aria-label="Last games">
        <table class="plain last-games">
          <thead><tr><th scope="col">date</th><th scope="col">against</th>{lines.map(([head, title]) => <th scope="col" class="number" title={title}>{head}</th>)}</tr></thead>
          <tbody>
            {games.map((g) => (
              <tr>
                <td class="nowrap"><a href={cellLink('player_game_summary', String(g.game_date))} title="the cell that this row is of, with its why">{show(g.game_date)}</a></td>
                <td class="nowrap">{g.home_game ? '' : 'at '}<a href={`/game/${g.game_id}`}>{show(g.opponent_team_abbr)}</a> <span class="quiet">{g.win_flag ? 'W' : 'L'}</span></td>
                {lines.map(([head, , value]) => <td class="number nowrap">{text[head]?.(g) ?? show(value(g))}</td>)}
              </tr>
            ))}
          </tbody>
          <tfoot>
            <tr><td colSpan={2} class="quiet">oldest to newest, mean</td>{lines.map(([, title, value]) => <td class="number"><Spark values={oldestFirst.map(value)} label={title} width={46} height={22} /></td>)}</tr>
          </tfoot>
        </table>
      </div>
    </section>
  );
}

function Features({ id, date }: { id: number; date: string }) {
  const table = dictionary.value?.tables.find((t) => t.table === features);
  const columns = useMemo(
    () => (table?.columns ?? []).flatMap((c) => {
      const found = c.about.match(/^feature (\d+): (.*)$/s);
      return found ? [{ name: c.name, n: Number(found[1]), about: found[2]! }] : [];
    }).sort((a, b) => a.n - b.n),
    [table],
  );
  const where = `player_id = ${id} AND game_date = ${literal(date)}`;
  const missing = needs([features]);
  const now = useSql(columns.length && !missing ? `SELECT season_year, ${columns.map((c) => identifier(c.name)).join(', ')} FROM ${features} WHERE ${where}` : null);
  const row = objects(now.value)[0];
  // Each value's place among all players' of the season before; of the first season, of the season so far.
  const ranks = useSql(row
    ? `WITH own AS (SELECT * FROM ${features} WHERE ${where}),
       others AS (SELECT * FROM ${features} WHERE season_year = ${number(row.season_year) - 1} OR (season_year = ${number(row.season_year)} AND game_date < ${literal(date)} AND NOT EXISTS (SELECT 1 FROM ${features} WHERE season_year = ${number(row.season_year) - 1})))
       SELECT any_value(others.season) AS season, ${columns.map((c) => `avg(CASE WHEN others.${identifier(c.name)} < own.${identifier(c.name)} THEN 1.0 WHEN others.${identifier(c.name)} = own.${identifier(c.name)} THEN 0.5 WHEN others.${identifier(c.name)} IS NOT NULL AND own.${identifier(c.name)} IS NOT NULL THEN 0 END) AS ${identifier(c.name)}`).join(', ')} FROM own, others`
    : null);
  const rank = objects(ranks.value)[0];
  if (!table) return null;
  if (missing) return <section><h2>Features</h2>{missing}</section>;
  return (
    <section>
      <h2>Features <small><a href={cellLink(features, date)}>{features} {date}</a>{rank?.season && `; percentile among all players of ${rank.season}`}</small></h2>
      {now.error ? <Problem failure={now.error} /> : now.value && !row ? <Empty>No row on this date: he could not play, or the cell is not filled.</Empty> : (
        <ol class="features">
          {columns.map((c) => {
            const share = rank?.[c.name];
            return (
              <li title={c.about}>
                <span class="feature-name"><span class="quiet">{c.n}</span> <a href={`/table/${features}#${c.name}`}>{c.name}</a></span>
                <span class="feature-value">{row ? <a href={valueLink(features, date, `player_id=${id}`, c.name)} title="where it comes from">{show(row[c.name])}</a> : '\u00a0'}</span>
                <span class="percentile" aria-label={share === null || share === undefined ? 'no percentile' : `percentile ${Math.round(number(share) * 100)}`}>
                  {share !== null && share !== undefined && <><i style={{ left: `${number(share) * 100}%` }} /><b>{Math.round(number(share) * 100)}</b></>}
                </span>
              </li>
            );
          })}
        </ol>
      )}
    </section>
  );
}

type Span = '10' | '20' | 'season';

function Shots({ id, date }: { id: number; date: string }) {
  const { query, go } = useAddress();
  const span: Span = query.games === '10' || query.games === '20' ? query.games : 'season', places = query.zones === 'place';
  const on = literal(date);
  const own = `SELECT * FROM player_game_summary WHERE player_id = ${id} AND game_date < ${on} AND is_active AND has_shot_zones AND season = (SELECT max(season) FROM player_game_summary WHERE player_id = ${id} AND game_date <= ${on}) ORDER BY game_date DESC${span === 'season' ? '' : ` LIMIT ${span}`}`;
  const league = `SELECT * FROM player_game_summary WHERE game_date < ${on} AND has_shot_zones AND season = (SELECT max(season) FROM player_game_summary WHERE player_id = ${id} AND game_date <= ${on})`;
  const mine = objects(useSql(`SELECT count(*) AS games, count(restricted_area_attempts) AS placed, ${zoneSums()}, ${placeSums()} FROM (${own})`).value)[0];
  const all = objects(useSql(`SELECT ${zoneSums()}, ${placeSums()} FROM (${league})`).value)[0];
  const shots = useSql(`SELECT x / 10.0 AS x, y / 10.0 AS y, made FROM raw_play_by_play WHERE player_id = ${id} AND event_type = 'field_goal' AND x IS NOT NULL AND game_id IN (SELECT game_id FROM (${own}))`);
  const dots = objects(shots.value).map((s) => ({ x: number(s.x), y: number(s.y), made: s.made === true }));
  const placed = number(mine?.placed);
  const zones = zonesOf(places && placed ? byPlace : byDistance, mine, all);
  return (
    <section class="shots">
      <h2>Shots before {date}</h2>
      <div class="tabs" role="group" aria-label="Which games">
        {(['10', '20', 'season'] as Span[]).map((s) => <button type="button" aria-pressed={span === s} onClick={() => go({ games: s === 'season' ? undefined : s })}>{s === 'season' ? 'season' : `last ${s}`}</button>)}
        {placed > 0 && <label class="check"><input type="checkbox" checked={places} onChange={(e) => go({ zones: e.currentTarget.checked ? 'place' : undefined })} /> zones by place</label>}
      </div>
      {shots.error ? <Problem failure={shots.error} /> : !mine ? <Waiting /> : number(mine.games) === 0 ? <Empty>No game with shot zones before this date in the season.</Empty> : (
        <>
          <Court zones={zones} places={dots} label="Shots by zone" />
          <p class="quiet">{plural(number(mine.games), 'game')}; places are known of {count(placed)} of them{places ? ', which these zones count' : ''}: ● made, × missed.</p>
          <ZoneTable zones={zones} />
        </>
      )}
    </section>
  );
}

/** His rows of every table on the date, side by side. */
function Everything({ id, date }: { id: number; date: string }) {
  const tables = (dictionary.value?.tables ?? []).filter((t) => t.date && t.kind !== 'helper' && t.kind !== 'view' && t.columns.some((c) => c.name === 'player_id') && t.key.includes('player_id') && t.table !== features);
  return (
    <section>
      <h2>In every table <small>on {date}</small></h2>
      <div class="side-by-side">{tables.map((t) => <OneTable key={t.table} table={t.table} column={t.date} id={id} date={date} about={new Map(t.columns.map((c) => [c.name, c.about]))} />)}</div>
    </section>
  );
}

function OneTable({ table, column, id, date, about }: { table: string; column: string; id: number; date: string; about: Map<string, string> }) {
  const [open, setOpen] = useState(false);
  const asked = useSql(open ? `SELECT * FROM ${identifier(table)} WHERE player_id = ${id} AND ${identifier(column)} = ${literal(date)} LIMIT 5` : null);
  const rows = objects(asked.value);
  return (
    <details onToggle={(e) => setOpen(e.currentTarget.open)}>
      <summary>{table}</summary>
      {asked.error && <Problem failure={asked.error} />}
      {asked.value && rows.length === 0 && <Empty>No row.</Empty>}
      {rows.map((row) => (
        <dl class="values">{Object.entries(row).map(([name, value]) => <div title={about.get(name)}><dt>{name}</dt><dd><a href={valueLink(table, date, `player_id=${id}`, name)}>{show(value)}</a></dd></div>)}</dl>
      ))}
      <p><a href={cellLink(table, date)}>why, and the whole cell</a></p>
    </details>
  );
}
