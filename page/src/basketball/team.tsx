// A team on a date: what is known before its game, its last games, where it shoots and what it allows.

import { useEffect } from 'preact/hooks';
import { useLocation, useRoute } from 'preact-iso/router';
import { cellLink, Empty, Facts, Nowhere, Problem, Waiting } from '../parts';
import { isDate, literal, plural, show, signed } from '../words';
import { valueLink } from '../views/value';
import { Court, ZoneTable, type Zone } from './court';
import { Spark } from './spark';
import { byDistance, number, objects, useSql, valueOf, zoneGames, zonesOf, zoneSums, type Row } from './queries';
import { readTeamNames, teamNames } from './teams';
import { DatePick, needs, NoDate } from './kit';

export function TeamView() {
  const { team } = useRoute().params as { team: string };
  const { query } = useLocation();
  const abbr = literal(team.toUpperCase());
  const missing = needs(['raw_schedule', 'team_offense_game_summary', 'team_defense_game_summary', 'upcoming_team_game_context']);
  const dates = useSql(missing ? null : `SELECT DISTINCT game_date FROM raw_schedule WHERE ${abbr} IN (home_team_abbr, away_team_abbr) ORDER BY 1`);
  if (missing) return missing;
  if (dates.error) return <Problem failure={dates.error} />;
  if (!dates.value) return <Waiting />;
  const known = objects(dates.value).map((d) => String(d.game_date));
  if (!known.length) return <Nowhere title={`Team ${team}`}>No game of {team} in the schedule. Teams are named as GSW; press / to find one.</Nowhere>;
  if (query.date && !isDate(query.date)) return <NoDate text={query.date} />;
  const date = query.date || known.at(-1)!;
  return <OnDate team={team.toUpperCase()} abbr={abbr} date={date} dates={known} />;
}

function OnDate({ team, abbr, date, dates }: { team: string; abbr: string; date: string; dates: string[] }) {
  const on = literal(date);
  useEffect(readTeamNames, []);
  const name = teamNames.value.get(team)?.name;
  const context = objects(useSql(`SELECT * FROM upcoming_team_game_context WHERE team_abbr = ${abbr} AND game_date = ${on}`).value)[0];
  const games = objects(useSql(`SELECT o.*, d.defensive_rating, o.margin_of_victory FROM team_offense_game_summary o LEFT JOIN team_defense_game_summary d ON d.game_id = o.game_id AND d.defending_team_abbr = o.team_abbr
    WHERE o.team_abbr = ${abbr} AND o.game_date < ${on} AND o.game_date > ${on}::DATE - 400 ORDER BY o.game_date DESC LIMIT 10`).value);
  const roster = useSql(`SELECT player_id, player_name, position, player_age, injury_status, player_days_rest, points_avg_last_5, points_avg_last_10, usage_rate_last_10_games, minutes_in_last_7_days FROM upcoming_player_game_context WHERE team_abbr = ${abbr} AND game_date = ${on} ORDER BY points_avg_last_10 DESC NULLS LAST`);
  return (
    <>
      <div class="head">
        <h1>{team}{name && ` ${name}`}</h1>
        <div class="facts">
          {context && <span>{context.home_game ? 'against' : 'at'} <a href={`/team/${context.opponent_team_abbr}?date=${date}`}>{show(context.opponent_team_abbr)}</a></span>}
          {context && <a href={`/game/${context.game_id}`}>game</a>}
        </div>
        <DatePick date={date} dates={dates} />
      </div>
      {context ? (
        <Facts of={[
          ['record', `${show(context.wins_entering)}–${show(context.losses_entering)}`],
          ['streak', number(context.win_streak_entering) ? `${show(context.win_streak_entering)} won` : number(context.loss_streak_entering) ? `${show(context.loss_streak_entering)} lost` : '–'],
          ['rest', context.team_days_rest === null ? '–' : plural(number(context.team_days_rest), 'day')],
          ['opponent’s rest', context.opponent_days_rest === null ? '–' : plural(number(context.opponent_days_rest), 'day')],
          ['travel', context.travel_miles === null ? '–' : `${number(context.travel_miles).toFixed(0)} miles`],
          ['spread', show(context.game_spread)], ['total', show(context.game_total)],
          ['', <a href={cellLink('upcoming_team_game_context', date)}>why</a>],
        ]} />
      ) : <Empty>No game on {date}, or its cell is not filled.</Empty>}
      <div class="columns wide-left">
        <div>
          <LastTen games={games} />
          <section>
            <h2>Who may play <small><a href={cellLink('upcoming_player_game_context', date)}>upcoming_player_game_context {date}</a></small></h2>
            {roster.error ? <Problem failure={roster.error} /> : <Roster rows={objects(roster.value)} date={date} />}
          </section>
        </div>
        <Zones abbr={abbr} date={date} />
      </div>
    </>
  );
}

const offense = 'team_offense_game_summary', defense = 'team_defense_game_summary';
const lines: Array<[string, string, string, (v: number) => string]> = [
  ['pts', 'Points', 'points_scored', (v) => String(v)],
  ['+/−', 'Margin', 'margin_of_victory', signed],
  ['pace', 'Possessions per 48 minutes', 'pace', (v) => v.toFixed(1)],
  ['off', 'Points per 100 possessions', 'offensive_rating', (v) => v.toFixed(1)],
  ['def', 'Points allowed per 100 possessions', 'defensive_rating', (v) => v.toFixed(1)],
  ['eFG', 'Effective field goal percentage', 'efg_pct', (v) => (100 * v).toFixed(1)],
  ['tov', 'Turnovers per 100 plays', 'turnover_pct', (v) => (v < 1 ? 100 * v : v).toFixed(1)],
  ['orb', 'Offensive rebounds, share', 'orb_pct', (v) => (v < 1 ? 100 * v : v).toFixed(0)],
];

function LastTen({ games }: { games: Row[] }) {
  if (!games.length) return <section><h2>Last games</h2><Empty>No game before this date.</Empty></section>;
  const why = (g: Row, column: string) => (column === 'defensive_rating'
    ? valueLink(defense, String(g.game_date), `game_id=${g.game_id},defending_team_abbr=${g.team_abbr}`, column)
    : valueLink(offense, String(g.game_date), `game_id=${g.game_id},team_abbr=${g.team_abbr}`, column));
  return (
    <section>
      <h2>Last {plural(games.length, 'game')}</h2>
      <div class="scroll" tabIndex={0} role="region" aria-label="Last games">
        <table class="plain last-games">
          <thead><tr><th scope="col">date</th><th scope="col">against</th>{lines.map(([head, title]) => <th scope="col" class="number" title={title}>{head}</th>)}</tr></thead>
          <tbody>{games.map((g) => (
            <tr>
              <td class="nowrap"><a href={cellLink(offense, String(g.game_date))}>{show(g.game_date)}</a></td>
              <td class="nowrap">{g.home_game ? '' : 'at '}<a href={`/game/${g.game_id}`}>{show(g.opponent_team_abbr)}</a> <span class="quiet">{g.win_flag ? 'W' : 'L'}</span></td>
              {lines.map(([, title, column, text]) => {
                const v = valueOf(g, column);
                return <td class="number">{v === null ? '–' : <a class="plain" href={why(g, column)} title={`${title}: where it comes from`}>{text(v)}</a>}</td>;
              })}
            </tr>
          ))}</tbody>
          <tfoot><tr><td colSpan={2} class="quiet">oldest to newest, mean</td>{lines.map(([, title, column]) => <td class="number"><Spark values={[...games].reverse().map((g) => valueOf(g, column))} label={title} width={52} height={22} /></td>)}</tr></tfoot>
        </table>
      </div>
    </section>
  );
}

export function Roster({ rows, date }: { rows: Row[]; date: string }) {
  if (!rows.length) return <Empty>No row on this date.</Empty>;
  return (
    <div class="scroll" tabIndex={0} role="region" aria-label="Players">
      <table class="plain">
        <thead><tr><th scope="col">player</th><th scope="col">position</th><th scope="col" class="number">age</th><th scope="col">status</th><th scope="col" class="number">rest</th><th scope="col" class="number">pts, last 5</th><th scope="col" class="number">last 10</th><th scope="col" class="number">usage</th><th scope="col" class="number">min in 7 days</th></tr></thead>
        <tbody>{rows.map((r) => (
          <tr><th scope="row"><a href={`/player/${r.player_id}?date=${date}`}>{show(r.player_name)}</a></th><td>{show(r.position)}</td><td class="number">{show(r.player_age)}</td><td>{show(r.injury_status)}</td><td class="number">{show(r.player_days_rest)}</td>
            <td class="number">{show(r.points_avg_last_5)}</td><td class="number">{show(r.points_avg_last_10)}</td><td class="number">{r.usage_rate_last_10_games === null ? '–' : number(r.usage_rate_last_10_games).toFixed(1)}</td><td class="number">{r.minutes_in_last_7_days === null ? '–' : number(r.minutes_in_last_7_days).toFixed(0)}</td></tr>
        ))}</tbody>
      </table>
    </div>
  );
}

function Zones({ abbr, date }: { abbr: string; date: string }) {
  const on = literal(date);
  const season = `(SELECT max(season) FROM player_game_summary WHERE game_date <= ${on})`;
  const rows = (where: string) => `SELECT * FROM player_game_summary WHERE season = ${season} AND game_date < ${on} AND has_shot_zones AND ${where}`;
  const sums = (where: string) => `SELECT count(DISTINCT game_id) AS games, ${zoneSums()} FROM (${rows(where)})`;
  const ofTeam = `team_abbr = ${abbr}`, ofOpponents = `opponent_team_abbr = ${abbr}`;
  const own = objects(useSql(sums(ofTeam)).value)[0];
  const against = objects(useSql(sums(ofOpponents)).value)[0];
  const league = objects(useSql(sums('true')).value)[0];
  const why = (where: string) => (zone: Zone) => zoneGames(zone, 'player_id, player_name', rows(where));
  if (!own || !against || !league) return <section><h2>Shots</h2><Waiting /></section>;
  if (!number(own.games)) return <section><h2>Shots</h2><Empty>No game with shot zones before this date in the season.</Empty></section>;
  const shots = zonesOf(byDistance, own, league), allowed = zonesOf(byDistance, against, league);
  return (
    <section class="shots">
      <h2>Shots before {date} <small>{plural(number(own.games), 'game')} of the season</small></h2>
      <Court zones={shots} label="Its shots by zone" size={340} why={why(ofTeam)} />
      <ZoneTable zones={shots} why={why(ofTeam)} />
      <h2>Allowed <small>what opponents shot</small></h2>
      <Court zones={allowed} label="Shots allowed by zone" size={340} why={why(ofOpponents)} />
      <ZoneTable zones={allowed} why={why(ofOpponents)} />
    </section>
  );
}
