"""upcoming_team_game_context and upcoming_player_game_context: what is known before the games of one day."""
from arithmetic import difference, mean, plus, ratio, std, total
from injuries import OUT
from places import hours_apart, miles, place_of
from summaries import load, played
from timeline import days_ago, newest


def gap(later, earlier):
    """Full days between two game days; 0 = back-to-back."""
    return (later - earlier).days - 1


def back_to_backs(days, day):
    """Dates d with games on d and on d + 1, both in [day - 14, day)."""
    recent = {date for date in days if days_ago(day, 14) <= date < day}
    return sum(days_ago(date, -1) in recent for date in recent)


def games_within(days, day, n):
    return sum(days_ago(day, n) <= date < day for date in days)


def streak(flags_newest_first):
    length = 0
    for flag in flags_newest_first:
        if not flag:
            break
        length += 1
    return length


def usage(season, rows):
    """100 * sum((FGA + 0.44 FTA + TOV) * team_seconds / 5) / sum(seconds * team's FGA + 0.44 FTA + TOV)."""
    used, available = [], []
    for row in rows:
        team = season.offense[row['game_id'], row['team_abbr']]
        used.append(row_load(row) * team['team_seconds'] / 5)
        available.append(row['seconds_played'] * row_load(team))
    return ratio(100 * total(used), total(available)) if rows else None


def row_load(row):
    return row['fg_attempts'] + 0.44 * row['ft_attempts'] + row['turnovers']


class Upcoming:
    """The two tables of one (season, day)."""

    def __init__(self, season, injuries, day):
        self.season, self.raw, self.injuries, self.day = season, season.raw, injuries, day
        self.games = season.games_on(day)
        self.game_of = {team: game for game in self.games for team in (game.home, game.away)}
        self.populations = {}
        self.form_cache = {}
        self.stars = {}
        self.pace_of_league = mean([row['pace'] for game in season.league_since(days_ago(day, 30), day)
                                    for team in (game.home, game.away) for row in season.offense_rows(team, [game])])

    def sides(self):
        return [(game, team, opponent) for game in self.games
                for team, opponent in ((game.home, game.away), (game.away, game.home))]

    def identity(self, game):
        return {'season': game.season, 'season_year': game.season_year, 'game_type': game.game_type}

    # The population, point in time

    def population(self, team):
        """Listed in one of the team's last 5 games, and the latest listing in the league is with the team."""
        if team not in self.populations:
            last_five = newest(self.season.team_before(team, self.day), 5)
            listed = {line.player_id for game in last_five for line in self.season.box_of(game, team)}
            self.populations[team] = sorted(player for player in listed
                                            if self.latest_listing(player)['team_abbr'] == team)
        return self.populations[team]

    def latest_listing(self, player):
        return self.season.listed_before(player, self.day)[-1]

    def with_injuries(self, team):
        return self.injuries.present(self.day, self.game_of[team], team)

    def status(self, player, team):
        return self.injuries.status(player, self.day, self.game_of[team], team)

    def is_out(self, player, team):
        return self.status(player, team) in OUT

    # upcoming_team_game_context

    def team_rows(self):
        rows = [self.team_row(game, team, opponent) for game, team, opponent in self.sides()]
        return {(row['game_id'], row['team_abbr']): row for row in rows}

    def team_row(self, game, team, opponent):
        row = {'game_id': game.game_id, 'team_abbr': team, 'game_date': self.day, **self.identity(game),
               'opponent_team_abbr': opponent, 'home_game': team == game.home, 'neutral_site': game.neutral_site,
               'season_phase': self.season_phase(game)}
        row.update(self.team_rest(team))
        row.update(self.schedule_ahead(game, team))
        row.update(self.rest_against(team, opponent))
        row.update(self.record(team))
        row.update(self.travel(game, team))
        row['consecutive_road_games'] = self.road_games(game, team)
        row.update(self.lines(game, team))
        row.update(self.injury_counts(team))
        return row

    def season_phase(self, game):
        if game.game_type in ('play_in', 'playoffs'):
            return game.game_type
        first, last = self.season.regular_dates[0], self.season.regular_dates[-1]
        if self.day < days_ago(first, -42):
            return 'early'
        return 'late' if self.day > days_ago(last, 42) else 'mid'

    def game_days(self, team):
        return [game.game_date for game in self.season.team_before(team, self.day)]

    def days_rest(self, team):
        days = self.game_days(team)
        return gap(self.day, days[-1]) if days else None

    def team_rest(self, team):
        days, rest = self.game_days(team), self.days_rest(team)
        return {'days_since_last_game': (self.day - days[-1]).days if days else None,
                'team_days_rest': rest, 'is_back_to_back': rest == 0,
                'games_in_last_7_days': games_within(days, self.day, 7),
                'games_in_last_14_days': games_within(days, self.day, 14),
                'back_to_backs_last_14_days': back_to_backs(days, self.day),
                'game_number_in_season': len(days) + 1}

    def schedule_ahead(self, game, team):
        """Regular-season games only: a later postseason game tells who won."""
        if game.game_type in ('play_in', 'playoffs'):
            return {'next_game_days_rest': None, 'games_in_next_7_days': None}
        ahead = [other.game_date for other in self.season.games
                 if other.game_type == 'regular' and other.scheduled and other.game_date > self.day
                 and team in (other.home, other.away)]
        return {'next_game_days_rest': gap(min(ahead), self.day) if ahead else None,
                'games_in_next_7_days': sum(date <= days_ago(self.day, -7) for date in ahead)}

    def rest_against(self, team, opponent):
        own = self.days_rest(team)
        rival = self.days_rest(opponent) if own is not None else None
        return {'opponent_days_rest': rival, 'rest_difference': difference(own, rival)}

    def record(self, team):
        margins = [self.season.margin(game, team) for game in self.season.team_before(team, self.day)]
        wins = sum(margin > 0 for margin in margins)
        last = margins[-1] if margins else None
        return {'wins_entering': wins, 'losses_entering': len(margins) - wins,
                'win_pct_entering': ratio(wins, len(margins)),
                'win_streak_entering': streak(margin > 0 for margin in reversed(margins)),
                'loss_streak_entering': streak(margin < 0 for margin in reversed(margins)),
                'last_game_margin': last,
                'last_game_result': None if last is None else 'W' if last > 0 else 'L'}

    def travel(self, game, team):
        """The trip to this game, and the trips to the games of the last 14 days."""
        games = self.season.team_before(team, self.day)
        trips = [miles(place_of(self.raw, start), place_of(self.raw, end))
                 for start, end in zip(games, games[1:]) if end.game_date >= days_ago(self.day, 14)]
        here, there = place_of(self.raw, game), place_of(self.raw, games[-1]) if games else None
        return {'travel_miles': miles(there, here),
                'travel_miles_last_14_days': float(total(trip for trip in trips if trip is not None)),
                'time_zones_crossed': hours_apart(there, here, self.day)}

    def road_games(self, game, team):
        before = self.season.team_before(team, self.day)
        return streak(team == played_game.away for played_game in [game] + before[::-1])

    def lines(self, game, team):
        """The newest row before tip-off, seen from the team's side."""
        row, _ = self.raw.newest_before_tipoff(self.raw.lines.get(game.game_id, []), game)
        names = ('game_spread', 'opening_spread', 'spread_movement', 'game_total', 'opening_total',
                 'total_movement', 'implied_team_total')
        if row is None:
            return dict.fromkeys(names)
        sign = 1 if team == game.home else -1
        spread = None if row.closing_spread is None else sign * row.closing_spread
        opening = None if row.opening_spread is None else sign * row.opening_spread
        implied = None if spread is None or row.closing_total is None else (row.closing_total - spread) / 2
        return dict(zip(names, (spread, opening, difference(spread, opening), row.closing_total, row.opening_total,
                                difference(row.closing_total, row.opening_total), implied)))

    def injury_counts(self, team):
        if not self.with_injuries(team):
            return dict.fromkeys(('players_out_count', 'starters_out_count', 'questionable_players_count'))
        statuses = {player: self.status(player, team) for player in self.population(team)}
        out = [player for player, status in statuses.items() if status in OUT]
        last_ten = newest(self.season.team_before(team, self.day), 10)
        starts = [line.player_id for game in last_ten for line in self.season.box_of(game, team) if line.is_starter]
        return {'players_out_count': len(out),
                'starters_out_count': sum(2 * starts.count(player) >= len(last_ten) for player in out),
                'questionable_players_count': list(statuses.values()).count('questionable')}

    # upcoming_player_game_context

    def player_rows(self, team_rows):
        rows = {}
        for game, team, opponent in self.sides():
            for player in self.population(team):
                row = self.player_row(game, team, opponent, player, team_rows[game.game_id, team])
                rows[game.game_id, player] = row
        return rows

    def player_row(self, game, team, opponent, player, team_row):
        listing = self.latest_listing(player)
        row = {'game_id': game.game_id, 'player_id': player, 'game_date': self.day, **self.identity(game),
               'player_name': listing['player_name'], 'player_lookup': listing['player_lookup'],
               'team_abbr': team, 'opponent_team_abbr': opponent, 'home_game': team == game.home,
               'days_rest': team_row['team_days_rest'], 'rest_difference': team_row['rest_difference'],
               'game_spread': team_row['game_spread'], 'game_total': team_row['game_total']}
        games = self.season.played_before(player, self.day)
        row.update(self.player_rest(games))
        row.update(self.player_averages(games))
        row.update(self.standing_in_team(player, team, games))
        row.update(self.person(player, team))
        row.update(self.opponent_form(opponent))
        row.update(self.pace(team, opponent))
        row.update(self.absences(player, team, row['usage_rate_last_10_games']))
        row.update(self.props(game, player, games))
        row.update(l5_games_used=min(5, len(games)), l10_games_used=min(10, len(games)))
        return row

    def player_rest(self, games):
        days = [game['game_date'] for game in games]
        rest = gap(self.day, days[-1]) if days else None
        seconds = lambda n: [game['seconds_played'] for game in games if game['game_date'] >= days_ago(self.day, n)]
        return {'player_days_rest': rest, 'back_to_back': rest == 0,
                'games_in_last_7_days': games_within(days, self.day, 7),
                'games_in_last_14_days': games_within(days, self.day, 14),
                'minutes_in_last_7_days': sum(seconds(7)) / 60,
                'minutes_in_last_14_days': sum(seconds(14)) / 60,
                'avg_minutes_per_game_last_7_days': ratio(sum(seconds(7)), 60 * len(seconds(7))),
                'back_to_backs_last_14_days': back_to_backs(days, self.day)}

    def player_averages(self, games):
        points = lambda n: [game['points'] for game in newest(games, n)]
        return {'points_avg_last_5': mean(points(5)), 'points_avg_last_10': mean(points(10)),
                'usage_rate_last_7_games': usage(self.season, newest(games, 7)),
                'usage_rate_last_10_games': usage(self.season, newest(games, 10))}

    def standing_in_team(self, player, team, games):
        """How often he was listed and sat, and what he played since he came from another team."""
        last_ten = newest(self.season.team_before(team, self.day), 10)
        lines = [line for game in last_ten for line in self.season.box_of(game, team) if line.player_id == player]
        return {'games_listed_last_10': len(lines),
                'dnp_rate_last_10': ratio(sum(not played(line) for line in lines), len(lines)),
                'games_since_team_change': self.games_since_team_change(player, team, games)}

    def games_since_team_change(self, player, team, games):
        seen_elsewhere = False
        for listing in self.season.listed_before(player, self.day):
            if listing['team_abbr'] != team:
                seen_elsewhere = True
            elif seen_elsewhere:
                first = listing['game_date'], listing['game_id']
                return sum(game['team_abbr'] == team and (game['game_date'], game['game_id']) >= first
                           for game in games)
        return None

    def person(self, player, team):
        about = self.raw.players.get((self.season.name, player))
        born = about and about.birth_date
        had_birthday = born and (self.day.month, self.day.day) >= (born.month, born.day)
        return {'player_age': self.day.year - born.year - (not had_birthday) if born else None,
                'position': about and about.position,
                'injury_status': self.status(player, team) if self.with_injuries(team) else None}

    def form(self, team):
        """Per-game values of the team's last 10 games, newest first."""
        if team not in self.form_cache:
            last_ten = newest(self.season.team_before(team, self.day), 10)
            offense = self.season.offense_rows(team, last_ten)
            defense = self.season.defense_rows(team, last_ten)
            self.form_cache[team] = {
                'opponent_pace': [row['pace'] for row in offense],
                'opponent_off_rating': [row['offensive_rating'] for row in offense],
                'opponent_def_rating': [row['defensive_rating'] for row in defense],
                'opponent_ft_rate_allowed': [ratio(row['opp_ft_attempts'], row['opp_fg_attempts']) for row in defense],
                'opponent_rebounding_rate': [ratio(row['rebounds'], row['rebounds'] + row['opp_rebounds'])
                                             for row in defense]}
        return self.form_cache[team]

    def opponent_form(self, opponent):
        if ('row', opponent) not in self.form_cache:
            row = {}
            for name, values in self.form(opponent).items():
                row[name + '_last_10'], row[name + '_last_10_std'] = mean(values), std(values)
            self.form_cache['row', opponent] = row
        return self.form_cache['row', opponent]

    def pace(self, team, opponent):
        own, rival = mean(self.form(team)['opponent_pace']), mean(self.form(opponent)['opponent_pace'])
        expected = difference(plus(own, rival), self.pace_of_league)
        return {'league_pace_last_30_days': self.pace_of_league, 'pace_expected': expected,
                'pace_vs_league': difference(expected, self.pace_of_league)}

    def absences(self, player, team, usage_rate):
        if not self.with_injuries(team):
            return {'out_usage_share': None, 'projected_usage_rate': usage_rate,
                    'star_teammates_out': None, 'questionable_star_teammates': None}
        mates = [mate for mate in self.population(team) if mate != player]
        share = self.usage_share(team, {mate for mate in mates if self.is_out(mate, team)})
        questionable = [mate for mate in mates if self.status(mate, team) == 'questionable']
        return {'out_usage_share': share,
                'projected_usage_rate': None if usage_rate is None else usage_rate * (1 + (share or 0)),
                'star_teammates_out': sum(self.is_out(mate, team) and self.is_star(mate) for mate in mates),
                'questionable_star_teammates': sum(self.is_star(mate) for mate in questionable)}

    def usage_share(self, team, out):
        """What the absent used up in the team's last 10 games, of what the team used up."""
        if not out:
            return 0.0
        last_ten = newest(self.season.team_before(team, self.day), 10)
        used = [load(line) for game in last_ten for line in self.season.box_of(game, team)
                if line.player_id in out and played(line)]
        of_team = [row_load(row) for row in self.season.offense_rows(team, last_ten)]
        return ratio(float(total(used)), total(of_team))

    def is_star(self, player):
        """Over at least 10 games: 18 points, or 32 minutes and 15 points."""
        if player not in self.stars:
            games = self.season.played_before(player, self.day)
            points, seconds = sum(game['points'] for game in games), sum(game['seconds_played'] for game in games)
            n = len(games)
            self.stars[player] = n >= 10 and (points >= 18 * n or (seconds >= 32 * 60 * n and points >= 15 * n))
        return self.stars[player]

    def props(self, game, player, games):
        names = ('current_points_line', 'opening_points_line', 'line_movement',
                 'prop_over_streak', 'prop_under_streak')
        if not self.raw.props:
            return dict.fromkeys(names)
        rows = self.raw.props.get((game.game_id, player), [])
        latest, oldest = self.raw.newest_before_tipoff(rows, game)
        current, opening = latest and latest.line, oldest and oldest.line
        results = [past['over_under_result'] for past in reversed(games) if past['points_line'] is not None]
        return dict(zip(names, (current, opening, difference(current, opening),
                                streak(result == 'OVER' for result in results),
                                streak(result == 'UNDER' for result in results))))
