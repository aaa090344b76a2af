// A game: both teams, the box, and where they shot from.

import { useRoute } from 'preact-iso/router';
import { cellLink, Empty, Facts, Nowhere, Problem, Waiting } from '../parts';
import { easternHour, literal, show } from '../words';
import { Court, ZoneTable } from './court';
import { byDistance, number, objects, useSql, zonesOf, zoneSums, type Row } from './queries';
import { needs } from './kit';

export function GameView() {
  const { game } = useRoute().params as { game: string };
  const id = literal(game);
  const missing = needs(['raw_schedule', 'raw_results', 'raw_player_box']);
  const schedule = useSql(missing ? null : `SELECT s.*, r.home_points, r.away_points, r.periods, r.home_line, r.away_line FROM raw_schedule s LEFT JOIN raw_results r USING (game_id) WHERE game_id = ${id}`);
  if (missing) return missing;
  if (schedule.error) return <Problem failure={schedule.error} />;
  if (!schedule.value) return <Waiting />;
  const one = objects(schedule.value)[0];
  if (!one) return <Nowhere title={`Game ${game}`}>No game {game} in the schedule. Press / to find one.</Nowhere>;
  return <OneGame game={one} id={id} />;
}

function OneGame({ game, id }: { game: Row; id: string }) {
  const date = String(game.game_date), home = String(game.home_team_abbr), away = String(game.away_team_abbr);
  const box = useSql(`SELECT * FROM raw_player_box WHERE game_id = ${id} ORDER BY team_abbr, is_starter DESC, seconds_played DESC NULLS LAST`);
  const teams = objects(useSql(`SELECT * FROM team_offense_game_summary WHERE game_id = ${id}`).value);
  const zones = objects(useSql(`SELECT team_abbr, ${zoneSums()} FROM player_game_summary WHERE game_id = ${id} AND has_shot_zones GROUP BY team_abbr`).value);
  const league = objects(useSql(`SELECT ${zoneSums()} FROM player_game_summary WHERE season = ${literal(String(game.season))} AND game_date < ${literal(date)} AND has_shot_zones`).value)[0];
  const shots = objects(useSql(`SELECT team_abbr, x / 10.0 AS x, y / 10.0 AS y, made FROM raw_play_by_play WHERE game_id = ${id} AND event_type = 'field_goal' AND x IS NOT NULL`).value);
  const over = game.home_points !== null;
  return (
    <>
      <div class="head">
        <h1 class="score">
          <a href={`/team/${away}?date=${date}`}>{away}</a> {over && <b class={number(game.away_points) > number(game.home_points) ? 'won' : ''}>{show(game.away_points)}</b>}
          <span class="quiet"> {game.neutral_site ? 'against' : 'at'} </span>
          <a href={`/team/${home}?date=${date}`}>{home}</a> {over && <b class={number(game.home_points) > number(game.away_points) ? 'won' : ''}>{show(game.home_points)}</b>}
        </h1>
        <div class="facts"><a href={cellLink('raw_results', date)}>{date}</a>{game.tipoff_utc && <span>{easternHour(String(game.tipoff_utc))} ET</span>}<span>{show(game.game_type).replace('_', '-')}</span></div>
      </div>
      <Facts of={[
        game.arena && ['arena', `${show(game.arena)}${game.arena_city ? `, ${show(game.arena_city)}` : ''}`],
        game.series_label && ['series', show(game.series_label)],
        game.periods && number(game.periods) > 4 && ['overtimes', String(number(game.periods) - 4)],
        game.away_line && [`${away} by periods`, show(game.away_line)],
        game.home_line && [`${home} by periods`, show(game.home_line)],
        ['game', <code>{show(game.game_id)}</code>],
      ]} />
      {!over && <Empty>No result yet.</Empty>}
      {teams.length === 2 && <Compare teams={[teams.find((t) => t.team_abbr === away)!, teams.find((t) => t.team_abbr === home)!]} />}
      <div class="columns even">
        {[away, home].map((team) => {
          const own = zones.find((z) => z.team_abbr === team);
          const counted = own ? zonesOf(byDistance, own, league) : [];
          return (
            <section key={team}>
              <h2>{team}</h2>
              {own ? <><Court zones={counted} label={`Shots of ${team}`} places={shots.filter((s) => s.team_abbr === team).map((s) => ({ x: number(s.x), y: number(s.y), made: s.made === true }))} size={380} range={25} /><ZoneTable zones={counted} /></> : over && <Empty>No shot zones: the play-by-play is missing, or does not agree with the box.</Empty>}
            </section>
          );
        })}
      </div>
      <div class="columns even">
        {[away, home].map((team) => <section key={team}><h2>{team} box <small><a href={cellLink('raw_player_box', date)}>raw_player_box {date}</a></small></h2>{box.error ? <Problem failure={box.error} /> : <Box rows={objects(box.value).filter((r) => r.team_abbr === team)} date={date} />}</section>)}
      </div>
    </>
  );
}

const compared: Array<[string, string, (v: number) => string]> = [
  ['points', 'points_scored', String], ['possessions', 'possessions', (v) => v.toFixed(1)], ['offensive rating', 'offensive_rating', (v) => v.toFixed(1)],
  ['effective FG', 'efg_pct', (v) => `${(100 * v).toFixed(1)}%`], ['true shooting', 'ts_pct', (v) => `${(100 * v).toFixed(1)}%`], ['rebounds', 'rebounds', String],
  ['offensive rebounds', 'offensive_rebounds', String], ['assists', 'assists', String], ['turnovers', 'turnovers', String], ['steals', 'steals', String], ['blocks', 'blocks', String], ['free throws', 'ft_makes', String],
];

function Compare({ teams }: { teams: [Row, Row] }) {
  return (
    <div class="scroll" tabIndex={0} role="region" aria-label="Both teams">
      <table class="plain compare">
        <thead><tr><th scope="col">team</th>{compared.map(([name]) => <th scope="col" class="number">{name}</th>)}</tr></thead>
        <tbody>{teams.map((t) => <tr><th scope="row">{show(t.team_abbr)}</th>{compared.map(([, column, text]) => <td class="number">{t[column] === null || t[column] === undefined ? '–' : text(number(t[column]))}</td>)}</tr>)}</tbody>
      </table>
    </div>
  );
}

function Box({ rows, date }: { rows: Row[]; date: string }) {
  if (!rows.length) return <Empty>No box of this game yet.</Empty>;
  const played = rows.filter((r) => number(r.seconds_played) > 0), out = rows.filter((r) => !(number(r.seconds_played) > 0));
  const minutes = (s: number) => `${Math.floor(s / 60)}:${String(s % 60).padStart(2, '0')}`;
  return (
    <>
      <div class="scroll" tabIndex={0} role="region" aria-label="Box score">
        <table class="plain box">
          <thead><tr><th scope="col">player</th>{['min', 'pts', 'reb', 'ast', 'fg', '3pt', 'ft', 'stl', 'blk', 'to', 'pf', '+/−'].map((h) => <th scope="col" class="number">{h}</th>)}</tr></thead>
          <tbody>{played.map((r) => (
            <tr><th scope="row"><a href={`/player/${r.player_id}?date=${date}`}>{show(r.player_name)}</a>{r.is_starter && <span class="quiet"> s</span>}</th>
              <td class="number">{minutes(number(r.seconds_played))}</td><td class="number">{show(r.points)}</td><td class="number">{number(r.offensive_rebounds) + number(r.defensive_rebounds)}</td><td class="number">{show(r.assists)}</td>
              <td class="number">{show(r.fg_makes)}-{show(r.fg_attempts)}</td><td class="number">{show(r.three_pt_makes)}-{show(r.three_pt_attempts)}</td><td class="number">{show(r.ft_makes)}-{show(r.ft_attempts)}</td>
              <td class="number">{show(r.steals)}</td><td class="number">{show(r.blocks)}</td><td class="number">{show(r.turnovers)}</td><td class="number">{show(r.personal_fouls)}</td><td class="number">{show(r.plus_minus)}</td></tr>
          ))}</tbody>
        </table>
      </div>
      {out.length > 0 && <p class="quiet">Did not play: {out.map((r, i) => <>{i > 0 && ', '}<a href={`/player/${r.player_id}?date=${date}`}>{show(r.player_name)}</a>{r.dnp_reason && ` (${show(r.dnp_reason)})`}</>)}</p>}
    </>
  );
}
