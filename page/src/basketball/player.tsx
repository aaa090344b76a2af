// A player on a date: what is known of him before his game, his last games, where he shoots from.

import { useMemo, useState } from 'preact/hooks';
import { useRoute } from 'preact-iso/router';
import { useAddress } from '../address';
import { dictionary } from '../store';
import { valueLink } from '../views/value';
import { cellLink, Empty, Facts, Nowhere, Problem, Waiting } from '../parts';
import { count, identifier, isDate, literal, plural, show, signed } from '../words';
import { Court, ZoneTable, type Zone } from './court';
import { Spark } from './spark';
import { byDistance, byPlace, number, objects, placeSums, useSql, valueOf, zoneGames, zonesOf, zoneSums, type Row } from './queries';
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
  if (!Number.isInteger(id)) return <Nowhere title={player}>A player is named by his id, as in /player/201939. Press / to find one by name.</Nowhere>;
  if (dates.error) return <Problem failure={dates.error} />;
  if (!dates.value) return <Waiting />;
  const known = objects(dates.value);
  if (!known.length) return <Nowhere title={`Player ${player}`}>No row of any table is of player {player}. Press / to find one by name.</Nowhere>;
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

const made = (g: Row, makes: string, attempts: string): string => `${g[makes]}-${g[attempts]}`;
// Head, what it is, its column, and how a game's value is written.
const lines: Array<[string, string, string, (g: Row, v: number) => string]> = [
  ['min', 'Minutes', 'minutes_played', (_, v) => v.toFixed(0)],
  ['pts', 'Points', 'points', (_, v) => String(v)],
  ['reb', 'Rebounds', 'rebounds', (_, v) => String(v)],
  ['ast', 'Assists', 'assists', (_, v) => String(v)],
  ['fg', 'Field goals made', 'fg_makes', (g) => made(g, 'fg_makes', 'fg_attempts')],
  ['3pt', 'Threes made', 'three_pt_makes', (g) => made(g, 'three_pt_makes', 'three_pt_attempts')],
  ['ft', 'Free throws made', 'ft_makes', (g) => made(g, 'ft_makes', 'ft_attempts')],
  ['usg', 'Usage rate', 'usage_rate', (_, v) => v.toFixed(1)],
  ['ts', 'True shooting percentage', 'ts_pct', (_, v) => (100 * v).toFixed(0)],
  ['+/−', 'Plus-minus', 'plus_minus', (_, v) => signed(v)],
];

function LastTen({ games }: { games: Row[] }) {
  if (!games.length) return <section><h2>Last games</h2><Empty>No game before this date.</Empty></section>;
  const oldestFirst = [...games].reverse();
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
                {lines.map(([, title, column, text]) => {
                  const v = valueOf(g, column);
                  return <td class="number nowrap">{v === null ? '–' : <a class="plain" href={valueLink('player_game_summary', String(g.game_date), `game_id=${g.game_id},player_id=${g.player_id}`, column)} title={`${title}: where it comes from`}>{text(g, v)}</a>}</td>;
                })}
              </tr>
            ))}
          </tbody>
          <tfoot>
            <tr><td colSpan={2} class="quiet">oldest to newest, mean</td>{lines.map(([, title, column]) => <td class="number"><Spark values={oldestFirst.map((g) => valueOf(g, column))} label={title} width={46} height={22} /></td>)}</tr>
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
  const why = (zone: Zone) => zoneGames(zone, 'player_id, player_name', own);
  return (
    <section class="shots">
      <h2>Shots before {date}</h2>
      <div class="tabs" role="group" aria-label="Which games">
        {(['10', '20', 'season'] as Span[]).map((s) => <button type="button" aria-pressed={span === s} onClick={() => go({ games: s === 'season' ? undefined : s })}>{s === 'season' ? 'season' : `last ${s}`}</button>)}
        {placed > 0 && <label class="check"><input type="checkbox" checked={places} onChange={(e) => go({ zones: e.currentTarget.checked ? 'place' : undefined })} /> zones by place</label>}
      </div>
      {shots.error ? <Problem failure={shots.error} /> : !mine ? <Waiting /> : number(mine.games) === 0 ? <Empty>No game with shot zones before this date in the season.</Empty> : (
        <>
          <Court zones={zones} places={dots} label="Shots by zone" why={why} />
          <p class="quiet">{plural(number(mine.games), 'game')}; places are known of {count(placed)} of them{places ? ', which these zones count' : ''}: ● made, × missed.</p>
          <ZoneTable zones={zones} why={why} />
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
