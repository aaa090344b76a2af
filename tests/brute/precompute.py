"""The five precompute tables of one day, from the summaries before it and the two upcoming tables of it."""
import math
from fractions import Fraction

from arithmetic import clamp, difference, exact_variance, known, mean, ratio, skewness, slope, std, total
from summaries import true_shooting
from timeline import days_ago, newest
from upcoming import row_load, streak, usage

ZONES = (('paint', 'paint'), ('mid_range', 'mid_range'), ('three_pt', 'three'))
COMPOSITE_FACTORS = ('shot_zone_mismatch_score', 'pace_score', 'usage_spike_score')
FEATURES = ('points_avg_last_5', 'points_avg_last_10', 'points_avg_season', 'points_std_last_10',
            'games_in_last_7_days', 'fatigue_score', 'shot_zone_mismatch_score', 'pace_score', 'usage_spike_score',
            'rest_advantage', 'injury_risk', 'recent_trend', 'minutes_change', 'opponent_def_rating',
            'opponent_pace', 'home_away', 'back_to_back', 'playoff_game', 'pct_paint', 'pct_mid_range', 'pct_three',
            'pct_free_throw', 'team_pace', 'team_off_rating', 'team_win_pct')
INJURY_RISK = {None: 0, 'available': 0, 'probable': 1, 'questionable': 2, 'doubtful': 3, 'out': 3}


def sum_of(rows, name):
    return sum(row[name] for row in rows)


def exact_mean(values):
    return Fraction(sum(values), len(values)) if values else None


# team_defense_zone_analysis

def zone_totals(rows, zone):
    """Makes and attempts allowed in a zone."""
    return sum_of(rows, f'opp_{zone}_makes'), sum_of(rows, f'opp_{zone}_attempts')


def league_defense(season, day):
    """The league's games with zones in [day - 30, day)."""
    games = season.league_since(days_ago(day, 30), day)
    rows = [row for game in games for team in (game.home, game.away) for row in season.defense_rows(team, [game])]
    return [row for row in rows if row['has_shot_zones']]


def team_defense_rows(season, day):
    league = league_defense(season, day)
    shares = {zone: exact_ratio(*zone_totals(league, zone)) for name, zone in ZONES}
    return {(day, team): team_defense_row(season, day, team, shares)
            for team in season.team_timelines if season.team_before(team, day)}


def exact_ratio(numerator, denominator):
    return Fraction(numerator, denominator) if denominator else None


def team_defense_row(season, day, team, league_shares):
    before = season.team_before(team, day)
    games = season.defense_rows(team, newest(before, 15))
    zoned = newest([row for row in season.defense_rows(team, before) if row['has_shot_zones']], 15)
    row = {'analysis_date': day, 'team_abbr': team, 'season': season.name, 'season_year': season.year,
           'games_in_sample': len(games), 'zone_games_in_sample': len(zoned),
           'is_ready': len(games) == 15 and len(zoned) == 15, 'missing_games': season.missing_games(team, day)}
    versus = {}
    for name, zone in ZONES:
        share = exact_ratio(*zone_totals(zoned, zone))
        row[name + '_pct_allowed_last_15'] = None if share is None else float(share)
        versus[name] = difference(share, league_shares[zone])
    for name, zone in ZONES:
        row[name + '_attempts_allowed_per_game'] = ratio(sum_of(zoned, f'opp_{zone}_attempts'), len(zoned))
    row['paint_points_allowed_per_game'] = ratio(sum_of(zoned, 'paint_points_allowed'), len(zoned))
    for name, zone in ZONES:
        row[name + '_blocks_per_game'] = ratio(sum_of(zoned, 'blocks_' + name), len(zoned))
    for name, zone in ZONES:
        row[name + '_defense_vs_league_avg'] = None if versus[name] is None else float(versus[name] * 100)
    row.update(defensive_rating_last_15=ratio(100 * sum_of(games, 'points_allowed'),
                                              total(game['game_possessions'] for game in games)),
               opponent_points_per_game=mean([game['points_allowed'] for game in games]),
               opponent_pace=mean([game['opponent_pace'] for game in games]))
    row.update(extreme_zones(versus))
    return row


def extreme_zones(versus):
    """Strongest = lowest, weakest = highest against the league; ties in the order paint, mid_range, perimeter."""
    called = {'paint': 'paint', 'mid_range': 'mid_range', 'three_pt': 'perimeter'}
    present = [name for name, zone in ZONES if versus[name] is not None]
    if not present:
        return {'strongest_zone': None, 'weakest_zone': None}
    return {'strongest_zone': called[min(present, key=versus.get)],
            'weakest_zone': called[max(present, key=versus.get)]}


# player_shot_zone_analysis

def player_zone_rows(season, day):
    rows = {}
    for player in season.played_timelines:
        games = season.played_before(player, day)
        if games:
            rows[day, player] = player_zone_row(season, day, player, games)
    return rows


def player_zone_row(season, day, player, games):
    zoned = [game for game in games if game['has_shot_zones']]
    ten, twenty = newest(zoned, 10), newest(zoned, 20)
    team = games[-1]['team_abbr']
    row = {'analysis_date': day, 'player_id': player, 'season': season.name, 'season_year': season.year,
           'team_abbr': team, 'games_in_sample_10': len(ten), 'games_in_sample_20': len(twenty),
           'total_shots_last_10': sum_of(ten, 'fg_attempts') if ten else None, 'is_ready': len(ten) == 10,
           'missing_games': season.missing_games(team, day)}
    attempts = {zone: sum_of(ten, zone + '_attempts') for name, zone in ZONES}
    located = sum(attempts.values())
    for name, zone in ZONES:
        row[name + '_rate_last_10'] = ratio(attempts[zone], located)
    for name, zone in ZONES:
        row[name + '_pct_last_10'] = ratio(sum_of(ten, zone + '_makes'), attempts[zone])
    for name, zone in ZONES:
        row[name + '_attempts_per_game'] = ratio(attempts[zone], len(ten))
    row['paint_rate_last_20'] = ratio(sum_of(twenty, 'paint_attempts'),
                                      sum(sum_of(twenty, zone + '_attempts') for name, zone in ZONES))
    row['paint_pct_last_20'] = ratio(sum_of(twenty, 'paint_makes'), sum_of(twenty, 'paint_attempts'))
    assisted, unassisted = sum_of(ten, 'assisted_fg_makes'), sum_of(ten, 'unassisted_fg_makes')
    row['assisted_rate_last_10'] = ratio(assisted, assisted + unassisted)
    row['unassisted_rate_last_10'] = ratio(unassisted, assisted + unassisted)
    row['primary_scoring_zone'] = primary_zone(attempts, located)
    return row


def primary_zone(attempts, located):
    if not located:
        return None
    if 100 * attempts['paint'] >= 40 * located:
        return 'paint'
    if 100 * attempts['three'] >= 40 * located:
        return 'perimeter'
    return 'mid_range' if 100 * attempts['mid_range'] >= 35 * located else 'balanced'


# player_daily_cache

def cache_row(season, day, context, zones):
    """context: the player's row of upcoming_player_game_context; zones: of player_shot_zone_analysis, or {}."""
    player, team = context['player_id'], context['team_abbr']
    games = season.played_before(player, day)
    ten = newest(games, 10)
    row = {'cache_date': day, 'player_id': player, 'game_id': context['game_id'], 'season': season.name,
           'season_year': season.year, 'team_abbr': team}
    row.update(points_avg_last_5=mean([game['points'] for game in newest(games, 5)]),
               points_avg_last_10=mean([game['points'] for game in ten]),
               points_avg_season=mean([game['points'] for game in games]),
               points_std_last_10=std([game['points'] for game in ten]),
               minutes_avg_last_10=ratio(sum_of(ten, 'seconds_played'), 60 * len(ten)),
               minutes_avg_season=ratio(sum_of(games, 'seconds_played'), 60 * len(games)),
               usage_rate_last_10=usage(season, ten), usage_rate_season=usage(season, games),
               ts_pct_last_10=true_shooting(*(sum_of(ten, name) for name in ('points', 'fg_attempts', 'ft_attempts'))),
               games_in_sample=len(ten), games_played_season=len(games))
    row.update(team_form(season, team, day))
    row['pct_free_throw'] = ratio(sum_of(ten, 'ft_makes'), sum_of(ten, 'points'))
    for name in ('days_rest', 'back_to_back', 'player_days_rest', 'games_in_last_7_days', 'games_in_last_14_days',
                 'minutes_in_last_7_days', 'minutes_in_last_14_days', 'avg_minutes_per_game_last_7_days',
                 'back_to_backs_last_14_days', 'player_age'):
        row[name] = context[name]
    for name in ('primary_scoring_zone', 'paint_rate_last_10', 'three_pt_rate_last_10', 'assisted_rate_last_10'):
        row[name] = zones.get(name)
    row.update(is_ready=len(games) >= 5, missing_games=season.missing_games(team, day))
    return row


def team_form(season, team, day):
    games = season.team_before(team, day)
    ten = season.offense_rows(team, newest(games, 10))
    wins = sum(season.margin(game, team) > 0 for game in games)
    return {'team_pace_last_10': mean([row['pace'] for row in ten]),
            'team_off_rating_last_10': mean([row['offensive_rating'] for row in ten]),
            'team_win_pct': ratio(wins, len(games))}


# player_composite_factors

def composite_row(season, day, context, zones, defense):
    """defense: the opponent's row of team_defense_zone_analysis, or {}."""
    seconds_last_7_days = sum(game['seconds_played'] for game in season.played_before(context['player_id'], day)
                              if game['game_date'] >= days_ago(day, 7))
    row = {'game_date': day, 'player_id': context['player_id']}
    row.update({name: context[name] for name in ('game_id', 'season', 'season_year', 'team_abbr', 'opponent_team_abbr')})
    row.update({name: context[name] for name in ('player_days_rest', 'games_in_last_7_days', 'minutes_in_last_7_days',
                                                 'avg_minutes_per_game_last_7_days', 'back_to_backs_last_14_days',
                                                 'player_age')})
    for name, zone in ZONES:
        row[name + '_rate_last_10'] = zones.get(name + '_rate_last_10')
    for name, zone in ZONES:
        row[f'opponent_{name}_defense_vs_league_avg'] = defense.get(name + '_defense_vs_league_avg')
    for name in ('pace_vs_league', 'usage_rate_last_10_games', 'projected_usage_rate'):
        row[name] = context[name]
    spike = difference(row['projected_usage_rate'], row['usage_rate_last_10_games'])
    row.update(fatigue_score=fatigue_score(row, seconds_last_7_days),
               shot_zone_mismatch_score=mismatch_score(row),
               pace_score=None if row['pace_vs_league'] is None else clamp(row['pace_vs_league'] / 2, -3, 3),
               usage_spike_score=None if spike is None else clamp(0.3 * spike, 0, 3))
    row['total_composite_adjustment'] = ((row['fatigue_score'] - 100) / 20
                                         + total(known(row[name] for name in COMPOSITE_FACTORS)))
    row['missing_factors'] = ','.join(name for name in COMPOSITE_FACTORS if row[name] is None)
    row['calculation_version'] = 'v2'
    return row


def fatigue_score(row, seconds_last_7_days):
    """From 95; the bounds on minutes are compared in whole seconds."""
    score = 95
    rest, age = row['player_days_rest'], row['player_age']
    if rest is not None:
        score += -15 if rest == 0 else 5 if rest >= 2 else 0
    if row['games_in_last_7_days'] >= 4:
        score -= 10
    if seconds_last_7_days > 160 * 60:
        score -= 10
    if seconds_last_7_days > 35 * 60 * row['games_in_last_7_days']:
        score -= 8
    score -= 12 if row['back_to_backs_last_14_days'] >= 2 else 5 if row['back_to_backs_last_14_days'] == 1 else 0
    if age is not None:
        score -= 10 if age >= 35 else 5 if age >= 30 else 0
    return clamp(score, 0, 100)


def mismatch_score(row):
    terms = []
    for (name, zone), value in zip(ZONES, (2, 2, 3)):
        rate, versus = row[name + '_rate_last_10'], row[f'opponent_{name}_defense_vs_league_avg']
        if rate is None or versus is None:
            return None
        terms.append(rate * versus * value / 2)
    return clamp(total(terms), -10, 10)


# ml_feature_store_v2

def feature_row(season, day, with_injuries, context, team_context, cache, composite, zones, defense):
    games = season.played_before(context['player_id'], day)
    row = {'game_date': day, 'player_id': context['player_id']}
    row.update({name: context[name] for name in ('game_id', 'season', 'season_year', 'team_abbr', 'opponent_team_abbr')})
    risk = INJURY_RISK[context['injury_status']] if with_injuries else None
    row.update(base_features(games, risk, context, cache, composite, zones, defense))
    row.update(history_with_opponent(season, day, context))
    row.update(form_features(season, games, context, cache))
    row.update(game_features(season, day, games, context, team_context, cache, zones, row))
    row.update(shooting_features(games))
    row.update(travel_miles=team_context['travel_miles'], time_zones_crossed=team_context['time_zones_crossed'])
    missing = [name for name in FEATURES if row[name] is None]
    row.update(missing_features_count=len(missing), missing_features=','.join(missing),
               feature_quality_score=100 * (25 - len(missing)) / 25,
               is_ready=bool(defense.get('is_ready') and zones.get('is_ready') and cache['is_ready']),
               feature_version='v2_25+33')
    return row


def base_features(games, injury_risk, context, cache, composite, zones, defense):
    row = {name: cache[name] for name in ('points_avg_last_5', 'points_avg_last_10', 'points_avg_season',
                                          'points_std_last_10', 'games_in_last_7_days')}
    row.update({name: composite[name] for name in ('fatigue_score', *COMPOSITE_FACTORS)})
    row.update(rest_advantage=clamp(context['rest_difference'], -2, 2),
               injury_risk=injury_risk,
               recent_trend=recent_trend([game['points'] for game in newest(games, 5)]),
               minutes_change=minutes_change(games),
               opponent_def_rating=defense.get('defensive_rating_last_15'),
               opponent_pace=defense.get('opponent_pace'),
               home_away=int(context['home_game']), back_to_back=int(context['back_to_back']),
               playoff_game=int(context['game_type'] == 'playoffs'),
               pct_paint=zones.get('paint_rate_last_10'), pct_mid_range=zones.get('mid_range_rate_last_10'),
               pct_three=zones.get('three_pt_rate_last_10'), pct_free_throw=cache['pct_free_throw'],
               team_pace=cache['team_pace_last_10'], team_off_rating=cache['team_off_rating_last_10'],
               team_win_pct=cache['team_win_pct'])
    return row


def recent_trend(points):
    """The newest 2 games against the 3 before; NULL with fewer than 5."""
    if len(points) < 5:
        return None
    return step(exact_mean(points[:2]) - exact_mean(points[2:]), Fraction(5), Fraction(2))


def minutes_change(games):
    """(minutes of the last 10 - of the season) / of the season, a game; NULL without a season mean."""
    season = exact_mean([game['seconds_played'] for game in games])
    if not season:
        return None
    ten = exact_mean([game['seconds_played'] for game in newest(games, 10)])
    return step((ten - season) / season, Fraction(20, 100), Fraction(10, 100))


def step(value, large, small):
    if abs(value) >= large:
        return 2 if value > 0 else -2
    if abs(value) >= small:
        return 1 if value > 0 else -1
    return 0


def history_with_opponent(season, day, context):
    """Played games against today's opponent in [day - 365, day), of any season and for any team."""
    points = season.raw.points_against(context['player_id'], context['opponent_team_abbr'], days_ago(day, 365), day)
    return {'avg_points_vs_opponent': mean(points), 'games_vs_opponent': len(points)}


def form_features(season, games, context, cache):
    points = [game['points'] for game in games]
    five, ten = exact_mean(points[-5:]), points[-10:]
    average, variance = exact_mean(points), exact_variance(ten)
    seconds = sum_of(games[-10:], 'seconds_played')
    row = {'minutes_avg_last_10': cache['minutes_avg_last_10'],
           'ppm_avg_last_10': ratio(60 * sum(ten), seconds),
           'dnp_rate': context['dnp_rate_last_10'],
           'pts_slope_10g': slope(ten) if len(ten) >= 5 else None,
           'pts_vs_season_zscore': clamp(in_deviations(five, average, variance), -3, 3),
           'breakout_flag': None if variance is None else int(exceeds(five - average, Fraction(3, 2), variance))}
    return row


def in_deviations(recent, average, variance):
    """(recent - average) / std; NULL without spread."""
    if not variance:
        return None
    return float(recent - average) / math.sqrt(variance)


def exceeds(rise, times, variance):
    """rise > times * std, compared exactly."""
    return rise > 0 and rise * rise > times * times * variance


def game_features(season, day, games, context, team_context, cache, zones, base):
    points = [game['points'] for game in games]
    average, variance = exact_mean(points), exact_variance(points[-10:])
    spread = context['game_spread']
    last_ten = newest(season.team_before(context['team_abbr'], day), 10)
    big = [abs(season.margin(game, context['team_abbr'])) >= 15 for game in last_ten]
    return {'star_teammates_out': context['star_teammates_out'], 'game_total_line': context['game_total'],
            'days_rest': context['days_rest'], 'minutes_load_last_7d': context['minutes_in_last_7_days'],
            'spread_magnitude': None if spread is None else abs(spread),
            'implied_team_total': team_context['implied_team_total'],
            'points_avg_last_3': mean(points[-3:]),
            'scoring_trend_slope': slope(points[-7:]) if len(points) >= 4 else None,
            'deviation_from_avg_last3': in_deviations(exact_mean(points[-3:]), average, variance),
            'consecutive_games_below_avg': streak(value < average for value in reversed(points)),
            'usage_rate_last_5': usage(season, newest(games, 5)),
            'games_since_structural_change': unbroken_run(games, context['team_abbr']),
            'blowout_minutes_risk': ratio(sum(big), len(big)),
            'minutes_volatility_last_10': minutes_std(games[-10:]),
            'opponent_pace_mismatch': difference(base['team_pace'], base['opponent_pace']),
            'self_creation_rate': zones.get('unassisted_rate_last_10')}


def minutes_std(games):
    deviation = std([game['seconds_played'] for game in games])
    return None if deviation is None else deviation / 60


def unbroken_run(games, team):
    """Newest played games for the team with no gap of more than 14 days between neighbours, at most 30."""
    days = [game['game_date'] for game in reversed(games) if game['team_abbr'] == team]
    if not days:
        return None
    together = streak((later - earlier).days <= 14 for later, earlier in zip(days, days[1:]))
    return min(30, together + 1)


def shooting_features(games):
    five = newest(games, 5)
    threes = [ratio(game['three_pt_makes'], game['three_pt_attempts']) for game in five]
    fg_last_5 = ratio(sum_of(five, 'fg_makes'), sum_of(five, 'fg_attempts'))
    fg_season = ratio(sum_of(games, 'fg_makes'), sum_of(games, 'fg_attempts'))
    return {'starter_rate_season': ratio(sum(game['starter_flag'] for game in games), len(games)),
            'ft_rate_season': ratio(sum_of(games, 'ft_attempts'), sum_of(games, 'fg_attempts')),
            'fg_pct_last_5': fg_last_5, 'fg_pct_vs_season_avg': difference(fg_last_5, fg_season),
            'three_pct_last_5': ratio(sum_of(five, 'three_pt_makes'), sum_of(five, 'three_pt_attempts')),
            'three_pct_std_last_5': std(known(threes)),
            'scoring_skewness_last_10': skewness([game['points'] for game in games[-10:]])}
