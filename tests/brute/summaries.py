"""team_offense_game_summary, team_defense_game_summary, player_game_summary: one game at a time."""
import unicodedata

from arithmetic import difference, plus, ratio
from shots import GameShots
from timeline import newest

SHOOTING = ('fg_makes', 'fg_attempts', 'three_pt_makes', 'three_pt_attempts', 'ft_makes', 'ft_attempts')
DNP_CATEGORY = {'dnp': 'coach_decision', 'suspended': 'suspension', 'dnd': 'other', 'nwt': 'other'}
LOOKUP_LETTERS = set('abcdefghijklmnopqrstuvwxyz0123456789')


def played(line):
    return line.seconds_played is not None and line.seconds_played > 0


def load(line):
    """Possessions used up: FGA + 0.44 FTA + TOV."""
    return line.fg_attempts + 0.44 * line.ft_attempts + line.turnovers


def player_lookup(name):
    decomposed = unicodedata.normalize('NFKD', name).lower()
    return ''.join(letter for letter in decomposed if letter in LOOKUP_LETTERS)


def true_shooting(points, fg_attempts, ft_attempts):
    return ratio(points, 2 * (fg_attempts + 0.44 * ft_attempts))


def effective_shooting(fg_makes, three_pt_makes, fg_attempts):
    return ratio(fg_makes + 0.5 * three_pt_makes, fg_attempts)


class Sheet:
    """All that is computed of one final game."""

    def __init__(self, season, game, events):
        self.season, self.game = season, game
        self.teams = (game.home, game.away)
        self.lines = {team: season.box_of(game, team) for team in self.teams}
        self.totals = {team: season.raw.team_box[game.game_id, team] for team in self.teams}
        self.turnovers = {team: sum(line.turnovers for line in self.lines[team] if line.turnovers is not None)
                          for team in self.teams}
        self.overtimes = {team: self.overtime_periods(team) for team in self.teams}
        self.game_possessions = sum(self.possessions(team) for team in self.teams) / 2
        self.shots = self.shots_that_agree(events)

    def other(self, team):
        return self.game.away if team == self.game.home else self.game.home

    def shots_that_agree(self, events):
        """The classified shots, or None if there are no events or an invariant of either team breaks."""
        if not events:
            return None
        team_of = {line.player_id: team for team in self.teams for line in self.lines[team]}
        shots = GameShots(events, self.game, team_of)
        return shots if all(shots.agrees(team, self.totals[team]) for team in self.teams) else None

    def overtime_periods(self, team):
        seconds = sum(line.seconds_played for line in self.lines[team] if played(line))
        return round((seconds - 14400) / 1500)

    def team_seconds(self, team):
        return 14400 + 1500 * self.overtimes[team]

    def possessions(self, team):
        box = self.totals[team]
        return box.fg_attempts + 0.44 * box.ft_attempts - box.offensive_rebounds + self.turnovers[team]

    def pace(self, team):
        return 48 * self.game_possessions / (self.team_seconds(team) / 5 / 60)

    def team_load(self, team):
        box = self.totals[team]
        return box.fg_attempts + 0.44 * box.ft_attempts + self.turnovers[team]

    def margin(self, team):
        return self.totals[team].points - self.totals[self.other(team)].points

    def identity(self):
        game = self.game
        return {'game_date': game.game_date, 'season': game.season, 'season_year': game.season_year,
                'game_type': game.game_type}

    def zone_count(self, counts, name):
        return None if self.shots is None else counts[name]

    def offense(self, team):
        box, rival = self.totals[team], self.totals[self.other(team)]
        row = {'game_id': self.game.game_id, 'team_abbr': team, **self.identity(),
               'opponent_team_abbr': self.other(team), 'home_game': team == self.game.home,
               'points_scored': box.points}
        row.update({name: getattr(box, name) for name in SHOOTING})
        row.update(offensive_rebounds=box.offensive_rebounds, defensive_rebounds=box.defensive_rebounds,
                   rebounds=box.offensive_rebounds + box.defensive_rebounds, assists=box.assists,
                   steals=box.steals, blocks=box.blocks, turnovers=self.turnovers[team],
                   team_turnovers=box.team_turnovers, personal_fouls=box.personal_fouls)
        row.update(team_seconds=self.team_seconds(team), overtime_periods=self.overtimes[team],
                   possessions=self.possessions(team), game_possessions=self.game_possessions,
                   pace=self.pace(team), offensive_rating=ratio(100 * box.points, self.game_possessions),
                   ts_pct=true_shooting(box.points, box.fg_attempts, box.ft_attempts),
                   efg_pct=effective_shooting(box.fg_makes, box.three_pt_makes, box.fg_attempts),
                   turnover_pct=ratio(self.turnovers[team], self.team_load(team)),
                   orb_pct=ratio(box.offensive_rebounds, box.offensive_rebounds + rival.defensive_rebounds),
                   ft_rate=ratio(box.ft_attempts, box.fg_attempts))
        row.update(self.offense_zones(team))
        row.update(win_flag=self.margin(team) > 0, margin_of_victory=self.margin(team))
        row.update(self.roster_use(team))
        return row

    def offense_zones(self, team):
        counts = self.shots and self.shots.teams[team]
        row = {'has_shot_zones': self.shots is not None}
        for zone in ('paint', 'mid_range', 'three'):
            for what in ('attempts', 'makes'):
                row[f'team_{zone}_{what}'] = self.zone_count(counts, f'{zone}_{what}')
        row.update(unlocated_attempts=self.zone_count(counts, 'unlocated_attempts'),
                   paint_points_scored=self.shots and 2 * counts['paint_makes'],
                   assisted_fg_makes=self.zone_count(counts, 'assisted'),
                   unassisted_fg_makes=self.zone_count(counts, 'unassisted'))
        return row

    def roster_use(self, team):
        idle = [line for line in self.lines[team] if not played(line)]
        last_ten = newest(self.season.team_before(team, self.game.game_date), 10)
        starts = [line.player_id for game in last_ten for line in self.season.box_of(game, team) if line.is_starter]
        regulars = sum(2 * starts.count(line.player_id) >= len(last_ten) for line in idle)
        return {'players_used': len(self.lines[team]) - len(idle), 'players_not_played': len(idle),
                'starters_inactive': regulars if last_ten else None}

    def defense(self, team):
        rival_team = self.other(team)
        own, rival = self.totals[team], self.totals[rival_team]
        row = {'game_id': self.game.game_id, 'defending_team_abbr': team, **self.identity(),
               'opponent_team_abbr': rival_team, 'home_game': team == self.game.home,
               'points_allowed': rival.points}
        row.update({'opp_' + name: getattr(rival, name) for name in SHOOTING})
        row.update(opp_offensive_rebounds=rival.offensive_rebounds,
                   opp_rebounds=rival.offensive_rebounds + rival.defensive_rebounds,
                   opp_assists=rival.assists, turnovers_forced=self.turnovers[rival_team],
                   fouls_committed=own.personal_fouls, steals=own.steals,
                   defensive_rebounds=own.defensive_rebounds,
                   rebounds=own.offensive_rebounds + own.defensive_rebounds)
        row.update(self.defense_zones(team, rival_team))
        row.update(defensive_rating=ratio(100 * rival.points, self.game_possessions),
                   opponent_pace=self.pace(rival_team), game_possessions=self.game_possessions,
                   opponent_ts_pct=true_shooting(rival.points, rival.fg_attempts, rival.ft_attempts),
                   win_flag=self.margin(team) > 0, margin_of_victory=self.margin(team),
                   overtime_periods=self.overtimes[team])
        return row

    def defense_zones(self, team, rival_team):
        own = self.shots and self.shots.teams[team]
        rival = self.shots and self.shots.teams[rival_team]
        row = {'has_shot_zones': self.shots is not None}
        for zone in ('paint', 'mid_range', 'three'):
            for what in ('makes', 'attempts'):
                row[f'opp_{zone}_{what}'] = self.zone_count(rival, f'{zone}_{what}')
        for zone, name, value in (('paint', 'paint', 2), ('mid_range', 'mid_range', 2), ('three', 'three_pt', 3)):
            row[name + '_points_allowed'] = self.shots and value * rival[zone + '_makes']
        for name in ('paint', 'mid_range', 'three_pt'):
            row['blocks_' + name] = self.zone_count(own, name + '_blocks')
        return row

    def players(self):
        return [self.player(team, line) for team in self.teams for line in self.lines[team]]

    def player(self, team, line):
        row = {'game_id': self.game.game_id, 'player_id': line.player_id, **self.identity(),
               'player_name': line.player_name, 'player_lookup': player_lookup(line.player_name),
               'team_abbr': team, 'opponent_team_abbr': self.other(team), 'home_game': team == self.game.home}
        row.update(self.presence(line))
        row.update(self.box_line(line))
        row.update(self.player_zones(line))
        row.update(self.player_rates(team, line))
        row.update(win_flag=self.margin(team) > 0, team_margin=self.margin(team))
        row.update(self.props(line))
        return row

    def presence(self, line):
        return {'is_active': played(line), 'starter_flag': line.is_starter, 'is_dnp': line.status != 'played',
                'dnp_reason': None if line.status in ('inactive', 'played') else line.dnp_reason,
                'dnp_category': DNP_CATEGORY.get(line.status)}

    def box_line(self, line):
        row = {'seconds_played': line.seconds_played, 'minutes_played': ratio(line.seconds_played, 60),
               'points': line.points, 'assists': line.assists,
               'offensive_rebounds': line.offensive_rebounds, 'defensive_rebounds': line.defensive_rebounds,
               'rebounds': plus(line.offensive_rebounds, line.defensive_rebounds),
               'steals': line.steals, 'blocks': line.blocks, 'turnovers': line.turnovers}
        row.update({name: getattr(line, name) for name in SHOOTING})
        row.update(personal_fouls=line.personal_fouls, plus_minus=line.plus_minus)
        return row if line.status == 'played' else dict.fromkeys(row)

    def player_zones(self, line):
        """Zeros for a status of played without a shot; NULL for another status, and in a game without zones."""
        counts = None
        if self.shots is not None and line.status == 'played':
            counts = self.shots.players[line.player_id]
        count = lambda name: None if counts is None else counts[name]
        detail = lambda name: None if counts is None or not self.shots.placed else counts['detail_' + name]
        row = {'has_shot_zones': self.shots is not None}
        for zone in ('paint', 'mid_range', 'three'):
            row[zone + '_makes'], row[zone + '_attempts'] = count(zone + '_makes'), count(zone + '_attempts')
        row['unlocated_attempts'] = count('unlocated_attempts')
        for zone in ('restricted_area', 'paint_non_ra', 'corner_3', 'above_break_3'):
            row[zone + '_makes'], row[zone + '_attempts'] = detail(zone + '_makes'), detail(zone + '_attempts')
        row.update(assisted_fg_makes=count('assisted'), unassisted_fg_makes=count('unassisted'),
                   and1_count=count('and1'))
        for name in ('paint_blocks', 'mid_range_blocks', 'three_pt_blocks'):
            row[name] = count(name)
        return row

    def player_rates(self, team, line):
        if line.status != 'played':
            return {'usage_rate': None, 'ts_pct': None, 'efg_pct': None}
        return {'usage_rate': ratio(100 * load(line) * self.team_seconds(team) / 5,
                                    line.seconds_played * self.team_load(team)),
                'ts_pct': true_shooting(line.points, line.fg_attempts, line.ft_attempts),
                'efg_pct': effective_shooting(line.fg_makes, line.three_pt_makes, line.fg_attempts)}

    def props(self, line):
        """The newest line known before tip-off against the points scored."""
        rows = self.season.raw.props.get((self.game.game_id, line.player_id), [])
        latest, oldest = self.season.raw.newest_before_tipoff(rows, self.game)
        if latest is None:
            return dict.fromkeys(('points_line', 'over_under_result', 'line_margin', 'opening_line', 'line_movement'))
        margin = difference(line.points, latest.line)
        result = None if margin is None else 'OVER' if margin > 0 else 'UNDER' if margin < 0 else 'PUSH'
        return {'points_line': latest.line, 'over_under_result': result, 'line_margin': margin,
                'opening_line': oldest.line, 'line_movement': difference(latest.line, oldest.line)}
