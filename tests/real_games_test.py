"""The models on games picked by hand: the figures were read and worked out from the boxes and events, not taken from the models."""

import json
import math
import unittest

from tests.kit.real import day, filled

THREE_OVERTIMES = "0022100291"  # 2021-11-26: Sacramento 141, Lakers 137
LEBRON, HARDEN, HALIBURTON, STEWART, GRIMES = 2544, 201935, 1630169, 1630191, 1629656


def miles(lat1, lon1, lat2, lon2):
    a, b, c, d = map(math.radians, (lat1, lon1, lat2, lon2))
    return 2 * 3959 * math.asin(math.sqrt(math.sin((c - a) / 2) ** 2 + math.cos(a) * math.cos(c) * math.sin((d - b) / 2) ** 2))


class RealGames(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.connection = filled().connect()

    @classmethod
    def tearDownClass(cls):
        cls.connection.close()

    def rows(self, sql, *values):
        cursor = self.connection.execute(sql, list(values))
        names = [column[0] for column in cursor.description]
        return [dict(zip(names, row)) for row in cursor.fetchall()]

    def row(self, table, **key):
        found = self.rows(f"SELECT * FROM {table} WHERE " + " AND ".join(f"{name} = ?" for name in key), *key.values())
        self.assertEqual(len(found), 1, (table, key))
        return found[0]

    def one(self, sql, *values):
        return self.connection.execute(sql, list(values)).fetchone()

    def assert_row(self, row, **expected):
        for name, value in expected.items():
            if isinstance(value, float):
                self.assertAlmostEqual(row[name], value, delta=1e-9 * max(1, abs(value)), msg=name)
            else:
                self.assertEqual(row[name], value, name)


class OneGame(RealGames):
    def test_three_overtimes(self):
        possessions_sac, possessions_lal = 120 + 0.44 * 29 - 16 + 13, 102 + 0.44 * 28 - 9 + 19
        possessions = (possessions_sac + possessions_lal) / 2
        sac = self.row("team_offense_game_summary", game_id=THREE_OVERTIMES, team_abbr="SAC")
        self.assert_row(sac, game_date=day("2021-11-26"), season="2021-22", season_year=2021, game_type="regular", opponent_team_abbr="LAL", home_game=False, points_scored=141,
                        fg_makes=54, fg_attempts=120, three_pt_makes=14, three_pt_attempts=45, ft_makes=19, ft_attempts=29, rebounds=56, assists=32, turnovers=13, team_turnovers=None,
                        overtime_periods=3, team_seconds=18900, possessions=possessions_sac, game_possessions=possessions, pace=48 * possessions / 63,
                        offensive_rating=100 * 141 / possessions, ts_pct=141 / (2 * (120 + 0.44 * 29)), efg_pct=(54 + 7) / 120, turnover_pct=13 / (120 + 0.44 * 29 + 13),
                        orb_pct=16 / (16 + 42), ft_rate=29 / 120, win_flag=True, margin_of_victory=4, players_used=11, players_not_played=6, starters_inactive=2)  # Barnes and Holmes
        self.assert_row(sac, has_shot_zones=True, team_paint_attempts=46, team_paint_makes=28, team_mid_range_attempts=29, team_mid_range_makes=12, team_three_attempts=45, team_three_makes=14,
                        unlocated_attempts=0, paint_points_scored=56, assisted_fg_makes=32, unassisted_fg_makes=22)
        lal = self.row("team_defense_game_summary", game_id=THREE_OVERTIMES, defending_team_abbr="LAL")
        self.assert_row(lal, points_allowed=141, opp_rebounds=56, turnovers_forced=13, defensive_rating=sac["offensive_rating"], opponent_pace=sac["pace"], opp_paint_attempts=46,
                        paint_points_allowed=56, mid_range_points_allowed=24, three_pt_points_allowed=42, blocks_paint=3, blocks_mid_range=2, blocks_three_pt=1, win_flag=False, margin_of_victory=-4)

    def test_usage_and_zones_of_a_player_in_overtime(self):
        row = self.row("player_game_summary", game_id=THREE_OVERTIMES, player_id=LEBRON)
        # Of his 12 twos 6 were taken within 8 ft. One make was followed by a free throw 1 of 1 at the same clock.
        self.assert_row(row, player_lookup="lebronjames", is_active=True, starter_flag=True, is_dnp=False, dnp_reason=None, dnp_category=None, seconds_played=2985, minutes_played=2985 / 60, points=30,
                        usage_rate=100 * (25 + 0.44 * 11 + 7) * 3780 / (2985 * (102 + 0.44 * 28 + 19)), ts_pct=30 / (2 * (25 + 0.44 * 11)), efg_pct=(10 + 1) / 25,
                        paint_attempts=6, paint_makes=5, mid_range_attempts=6, mid_range_makes=3, three_attempts=13, three_makes=2, assisted_fg_makes=3, unassisted_fg_makes=7, and1_count=1,
                        win_flag=False, team_margin=-4)

    def test_who_did_not_play_and_why(self):
        self.assert_row(self.row("player_game_summary", game_id=THREE_OVERTIMES, player_id=200765), is_dnp=True, is_active=False, dnp_reason="Did Not Play", dnp_category="coach_decision",
                        points=None, seconds_played=None, usage_rate=None, paint_attempts=None)
        self.assert_row(self.row("player_game_summary", game_id=THREE_OVERTIMES, player_id=2772), is_dnp=True, dnp_reason=None, dnp_category=None)  # on the inactive list
        for game in ("0022100263", "0022100273"):  # two games suspended
            self.assert_row(self.row("player_game_summary", game_id=game, player_id=STEWART), is_dnp=True, dnp_reason="Player Suspended", dnp_category="suspension", points=None)
        # Neither counts as a game of his: before the next one his newest is that of 2021-11-21, but he was listed for both.
        row = self.row("upcoming_player_game_context", game_date=day("2021-11-26"), player_id=STEWART)
        self.assert_row(row, player_days_rest=4, games_in_last_7_days=2, games_listed_last_10=10, dnp_rate_last_10=0.2)
        self.assert_row(self.row("player_game_summary", game_id="0022100453", player_id=HARDEN), dnp_reason="Did Not Dress", dnp_category="other")

    def test_a_line_of_0_00_is_no_game_played(self):
        row = self.row("player_game_summary", game_id="0022100005", player_id=GRIMES)
        self.assert_row(row, seconds_played=0, is_active=False, is_dnp=False, points=0, fg_attempts=0, usage_rate=None, ts_pct=None, paint_attempts=0, and1_count=0)
        lines = self.rows("SELECT player_id, team_abbr, game_date FROM player_game_summary WHERE seconds_played = 0 AND season = '2021-22'")
        self.assertEqual(len(lines), 6)
        self.assertEqual(self.one("SELECT count(*) FROM player_shot_zone_analysis WHERE player_id = ? AND analysis_date = DATE '2021-10-22'", GRIMES), (0,))

    def test_a_play_in_game_has_no_zones(self):
        self.assert_row(self.row("team_offense_game_summary", game_id="0052100101", team_abbr="BKN"), game_type="play_in", has_shot_zones=False, team_paint_attempts=None, unlocated_attempts=None,
                        assisted_fg_makes=None, paint_points_scored=None, points_scored=115, three_pt_attempts=28)
        self.assert_row(self.row("team_defense_game_summary", game_id="0052100101", defending_team_abbr="CLE"), has_shot_zones=False, points_allowed=115, three_pt_points_allowed=None, blocks_paint=None)
        self.assertEqual(self.one("SELECT count(*), count(paint_attempts), count(assisted_fg_makes), count(three_pt_blocks), count(restricted_area_attempts) FROM player_game_summary WHERE game_id = '0052100101'")[1:], (0, 0, 0, 0))
        row = self.row("upcoming_team_game_context", game_id="0052100101", team_abbr="BKN")
        self.assert_row(row, season_phase="play_in", next_game_days_rest=None, games_in_next_7_days=None, game_number_in_season=83)

    def test_places_of_shots_only_where_all_are_known(self):
        placed = self.one("SELECT count(DISTINCT game_id) FROM player_game_summary WHERE season = '2021-22' AND restricted_area_attempts IS NOT NULL")[0]
        known = self.one("SELECT count(*) FROM (SELECT game_id FROM raw_play_by_play WHERE event_type = 'field_goal' AND game_date > '2021-10-01' GROUP BY 1 HAVING count(x) = count(*))")[0]
        self.assertEqual(placed, known)
        # His 25 places: 6 within 4 ft, (48, 120) in the painted area, none in a corner, 13 beyond the arc; the rest between.
        self.assert_row(self.row("player_game_summary", game_id=THREE_OVERTIMES, player_id=LEBRON), restricted_area_attempts=6, restricted_area_makes=5, paint_non_ra_attempts=1, paint_non_ra_makes=1,
                        corner_3_attempts=0, above_break_3_attempts=13, above_break_3_makes=2)


class BeforeTheGame(RealGames):
    def test_the_season_s_first_day(self):
        self.assertEqual(self.one("SELECT count(*) FROM team_offense_game_summary WHERE game_date = '2021-10-19'"), (4,))
        self.assertEqual(self.one("SELECT count(*) FROM player_game_summary WHERE game_date = '2021-10-19'"), (67,))
        self.assertEqual(self.one("SELECT count(*) FROM upcoming_player_game_context WHERE game_date = '2021-10-19'"), (0,))
        for table, date in (("team_defense_zone_analysis", "analysis_date"), ("player_shot_zone_analysis", "analysis_date"), ("player_daily_cache", "cache_date"), ("ml_feature_store_v2", "game_date")):
            self.assertEqual(self.one(f"SELECT count(*) FROM {table} WHERE {date} = '2021-10-19'"), (0,), table)
        row = self.row("upcoming_team_game_context", game_id="0022100001", team_abbr="BKN")
        self.assert_row(row, game_number_in_season=1, is_back_to_back=False, days_since_last_game=None, team_days_rest=None, opponent_days_rest=None, rest_difference=None, last_game_margin=None,
                        last_game_result=None, win_pct_entering=None, travel_miles=None, time_zones_crossed=None, games_in_last_7_days=0, wins_entering=0, losses_entering=0, win_streak_entering=0,
                        travel_miles_last_14_days=0.0, consecutive_road_games=1, season_phase="early", next_game_days_rest=2)
        self.assertEqual(self.row("upcoming_team_game_context", game_id="0022100001", team_abbr="MIL")["consecutive_road_games"], 0)

    def test_the_first_game_of_a_team_against_one_that_has_played(self):
        # 2021-10-21: Miami's first, Milwaukee's second.
        self.assert_row(self.row("upcoming_team_game_context", game_id="0022100015", team_abbr="MIA"), team_days_rest=None, opponent_days_rest=None, rest_difference=None)
        self.assert_row(self.row("upcoming_team_game_context", game_id="0022100015", team_abbr="MIL"), team_days_rest=1, opponent_days_rest=None, rest_difference=None)
        self.assertEqual(self.one("SELECT count(*) FROM upcoming_player_game_context WHERE game_id = '0022100015' AND team_abbr = 'MIA'"), (0,))
        self.assertGreater(self.one("SELECT count(*) FROM upcoming_player_game_context WHERE game_id = '0022100015' AND team_abbr = 'MIL'")[0], 10)

    def test_the_season_s_last_day(self):
        row = self.row("upcoming_team_game_context", game_id="0042100406", team_abbr="BOS")
        self.assert_row(row, game_date=day("2022-06-16"), season_phase="playoffs", home_game=True, team_days_rest=2, opponent_days_rest=2, rest_difference=0, next_game_days_rest=None,
                        games_in_next_7_days=None, travel_miles=miles(37.768, -122.3878, 42.3662, -71.0621), time_zones_crossed=3)
        self.assert_row(self.row("team_offense_game_summary", game_id="0042100406", team_abbr="GSW"), points_scored=103, win_flag=True, margin_of_victory=13, game_type="playoffs")
        self.assertEqual(self.one("SELECT count(DISTINCT playoff_game), max(playoff_game) FROM ml_feature_store_v2 WHERE game_date = '2022-06-16'"), (1, 1.0))
        self.assertEqual(self.one("SELECT max(game_date) FROM ml_feature_store_v2"), (day("2022-06-16"),))

    def test_back_to_back(self):
        # Sacramento: home on 2021-11-30 (92:117 against the Lakers), at the Clippers' on 2021-12-01; before that at Memphis on 11-28.
        row = self.row("upcoming_team_game_context", game_date=day("2021-12-01"), team_abbr="SAC")
        self.assert_row(row, is_back_to_back=True, team_days_rest=0, days_since_last_game=1, games_in_last_7_days=4, last_game_result="L", last_game_margin=-25, win_streak_entering=0, loss_streak_entering=2,
                        consecutive_road_games=1, time_zones_crossed=0, back_to_backs_last_14_days=1, games_in_next_7_days=2, next_game_days_rest=2)

    def test_a_game_moved_from_december_is_played_on_its_later_date(self):
        # Detroit at Chicago, put off from 2021-12-14 for the protocols, played on 2022-01-11 between its neighbours.
        self.assertEqual(self.one("SELECT game_date FROM raw_schedule WHERE game_id = '0022100415'"), (day("2022-01-11"),))
        chicago = self.row("upcoming_team_game_context", game_id="0022100415", team_abbr="CHI")
        self.assert_row(chicago, game_date=day("2022-01-11"), team_days_rest=1, next_game_days_rest=0, games_in_next_7_days=4)
        self.assert_row(self.row("upcoming_team_game_context", game_id="0022100415", team_abbr="DET"), team_days_rest=0, is_back_to_back=True)
        # The gap that it left: nothing between 2021-12-11 and 12-19.
        self.assert_row(self.row("upcoming_team_game_context", game_date=day("2021-12-19"), team_abbr="CHI"), team_days_rest=7, games_in_last_7_days=0, games_in_last_14_days=3)

    def test_toronto_at_home_in_tampa(self):
        tampa, new_orleans, san_antonio = (27.9427, -82.4518), (29.9489, -90.0811), (29.4268, -98.4375)
        first = self.row("upcoming_team_game_context", game_date=day("2020-12-26"), team_abbr="TOR")
        self.assert_row(first, travel_miles=miles(*tampa, *san_antonio), time_zones_crossed=1, consecutive_road_games=1)
        home = self.row("upcoming_team_game_context", game_date=day("2021-01-04"), team_abbr="TOR")  # back from New Orleans
        self.assert_row(home, travel_miles=miles(*new_orleans, *tampa), time_zones_crossed=1, consecutive_road_games=0)
        self.assertLess(home["travel_miles"], 600)  # to Toronto it would be over 1,100

    def test_a_traded_player_belongs_where_he_was_last_listed(self):
        # Haliburton: 51 games for Sacramento, inactive there on 2022-02-08, his first for Indiana on 02-11.
        for date, team, change in (("2022-02-11", None, None), ("2022-02-13", "IND", 1), ("2022-02-15", "IND", 2)):
            found = self.rows("SELECT * FROM upcoming_player_game_context WHERE game_date = ? AND player_id = ?", day(date), HALIBURTON)
            self.assertEqual([(row["team_abbr"], row["games_since_team_change"]) for row in found], [(team, change)] if team else [])
        row = self.row("upcoming_player_game_context", game_date=day("2022-02-13"), player_id=HALIBURTON)
        # His last five and ten reach back to his games for Sacramento.
        self.assert_row(row, points_avg_last_5=(23 + 13 + 10 + 12 + 21) / 5, points_avg_last_10=(23 + 13 + 10 + 12 + 21 + 38 + 11 + 7 + 24 + 9) / 10, games_listed_last_10=1, dnp_rate_last_10=0.0, player_days_rest=1)
        self.assertEqual(self.row("ml_feature_store_v2", game_date=day("2022-02-13"), player_id=HALIBURTON)["games_since_structural_change"], 1)
        self.assertEqual(self.row("player_shot_zone_analysis", analysis_date=day("2022-02-10"), player_id=HALIBURTON)["team_abbr"], "SAC")
        # Harden, listed by Philadelphia on 02-11 and not playing before 02-25: there at once, no game for it yet.
        row = self.row("upcoming_player_game_context", game_date=day("2022-02-12"), player_id=HARDEN)
        self.assert_row(row, team_abbr="PHI", games_since_team_change=0, player_days_rest=9, points_avg_last_5=(4 + 22 + 33 + 13 + 37) / 5)
        self.assertEqual(self.row("player_shot_zone_analysis", analysis_date=day("2022-02-12"), player_id=HARDEN)["team_abbr"], "BKN")
        self.assertEqual(self.row("upcoming_player_game_context", game_date=day("2022-02-27"), player_id=HARDEN)["games_since_team_change"], 1)

    def test_a_transaction_of_the_date_is_not_known_before_it(self):
        # Put on the list on 2021-11-30 (protocols), taken off on 12-02.
        for date, status in (("2021-11-30", "available"), ("2021-12-03", "available"), ("2021-11-05", None), ("2021-11-06", "out")):
            found = self.rows("SELECT injury_status FROM upcoming_player_game_context WHERE game_date = ? AND player_id = ?", day(date), LEBRON)
            self.assertEqual([row["injury_status"] for row in found], [status] if status else [], date)

    def test_lines_are_seen_from_each_side(self):
        # The Lakers opened at -1 and closed at -7.5; the total went from 224.5 to 229.
        home, away = (self.row("upcoming_team_game_context", game_id=THREE_OVERTIMES, team_abbr=team) for team in ("LAL", "SAC"))
        self.assert_row(home, game_spread=-7.5, opening_spread=-1.0, spread_movement=-6.5, game_total=229.0, opening_total=224.5, total_movement=4.5, implied_team_total=118.25)
        self.assert_row(away, game_spread=7.5, opening_spread=1.0, spread_movement=6.5, game_total=229.0, implied_team_total=110.75)


class TheLeague(RealGames):
    """The figures in brackets of tables.md, and the facts of the season's calendar."""

    def test_numbers_of_rows(self):
        for sql, count in (("SELECT count(*) FROM raw_schedule WHERE season = '2021-22'", 1323), ("SELECT count(*) FROM team_offense_game_summary WHERE season = '2021-22'", 2646),
                           ("SELECT count(*) FROM player_game_summary WHERE season = '2021-22'", 44762), ("SELECT count(*) FROM team_defense_zone_analysis WHERE season = '2021-22'", 6330),
                           ("SELECT count(*) FROM player_shot_zone_analysis WHERE season = '2021-22'", 116414), ("SELECT sum(and1_count) FROM player_game_summary WHERE season = '2021-22'", 6136),
                           ("SELECT count(*) FROM player_game_summary WHERE season = '2021-22' AND usage_rate > 100", 8)):
            self.assertEqual(self.one(sql), (count,), sql)
        self.assertEqual(int(self.one("SELECT max(usage_rate) FROM player_game_summary WHERE season = '2021-22'")[0]), 361)

    def test_shot_invariants_of_every_game(self):
        games = "SELECT game_id, bool_and(has_shot_zones) AS zones FROM team_offense_game_summary WHERE season = '2021-22' GROUP BY 1"
        self.assertEqual(self.one(f"SELECT count(*), count(CASE WHEN zones THEN 1 END) FROM ({games})"), (1323, 1317))
        self.assertEqual(self.one(f"SELECT count(*) FROM ({games}) WHERE NOT zones AND game_id NOT LIKE '005%'"), (0,))
        broken = self.rows("""
            SELECT b.game_id, b.team_abbr FROM raw_team_box b
            JOIN team_offense_game_summary o USING (game_id, team_abbr)
            JOIN (SELECT game_id, team_abbr,
                sum(CASE WHEN event_type = 'field_goal' THEN 1 ELSE 0 END) AS shots, sum(CASE WHEN event_type = 'field_goal' AND made THEN 1 ELSE 0 END) AS makes,
                sum(CASE WHEN event_type = 'field_goal' AND value = 3 THEN 1 ELSE 0 END) AS threes, sum(CASE WHEN made AND assist_player_id IS NOT NULL THEN 1 ELSE 0 END) AS assists,
                sum(CASE WHEN made THEN value ELSE 0 END) AS points, sum(CASE WHEN block_player_id IS NOT NULL THEN 1 ELSE 0 END) AS blocked
              FROM raw_play_by_play WHERE event_type IN ('field_goal', 'free_throw') GROUP BY ALL) e USING (game_id, team_abbr)
            JOIN raw_team_box r ON r.game_id = b.game_id AND r.team_abbr = o.opponent_team_abbr
            WHERE o.has_shot_zones AND NOT (e.shots = b.fg_attempts AND e.makes = b.fg_makes AND e.threes = b.three_pt_attempts AND e.assists = b.assists AND e.points = b.points AND e.blocked = r.blocks
              AND o.team_paint_attempts + o.team_mid_range_attempts + o.team_three_attempts + o.unlocated_attempts = b.fg_attempts
              AND o.assisted_fg_makes + o.unassisted_fg_makes = b.fg_makes)""")
        self.assertEqual(broken, [])

    def test_points_and_starters_of_every_game(self):
        self.assertEqual(self.one("""SELECT count(*) FROM (SELECT game_id, team_abbr, sum(points) AS points, count(CASE WHEN starter_flag THEN 1 END) AS starters FROM player_game_summary GROUP BY 1, 2) p
            JOIN team_offense_game_summary t USING (game_id, team_abbr) WHERE p.points <> t.points_scored OR (p.starters <> 5 AND t.season = '2021-22')"""), (0,))
        self.assertEqual(self.one("SELECT count(*) FROM team_game_totals WHERE season = '2021-22' AND broken_score_invariants <> ''"), (0,))

    def test_the_one_game_of_2020_21_whose_events_and_box_disagree(self):
        self.assertEqual(self.connection.execute("SELECT DISTINCT game_id FROM team_offense_game_summary WHERE season = '2020-21' AND NOT has_shot_zones AND game_type <> 'play_in'").fetchall(), [("0022001079",)])
        self.assertEqual(self.one("SELECT team_abbr, broken_shot_invariants FROM team_game_totals WHERE game_id = '0022001079' AND broken_shot_invariants <> ''"), ("TOR", "blocks"))
        # Both teams keep their box columns and lose all that is made of shots.
        for row in self.rows("SELECT * FROM team_offense_game_summary WHERE game_id = '0022001079'"):
            self.assertGreater(row["fg_attempts"], 60)
            self.assertEqual([row[name] for name in ("team_paint_makes", "team_three_attempts", "unlocated_attempts", "paint_points_scored", "assisted_fg_makes")], [None] * 5)
        self.assertEqual(self.one("SELECT count(points), count(paint_attempts), count(and1_count), count(three_pt_blocks) FROM player_game_summary WHERE game_id = '0022001079'"), (15, 0, 0, 0))

    def test_seconds_are_a_few_short_and_none_is_flagged(self):
        sums = """SELECT o.overtime_periods, p.seconds - (14400 + 1500 * o.overtime_periods) AS off, o.team_seconds FROM team_offense_game_summary o
            JOIN (SELECT game_id, team_abbr, sum(seconds_played) AS seconds FROM raw_player_box GROUP BY 1, 2) p USING (game_id, team_abbr) WHERE o.season = '2021-22'"""
        self.assertEqual(self.one(f"SELECT count(CASE WHEN off <> 0 THEN 1 END), max(abs(off)), count(CASE WHEN team_seconds <> 14400 + 1500 * overtime_periods THEN 1 END) FROM ({sums})"), (430, 5, 0))
        self.assertEqual(self.one("SELECT count(*) FROM team_offense_game_summary o JOIN raw_results r USING (game_id) WHERE r.periods <> 4 + o.overtime_periods"), (0,))

    def test_distances_in_words_are_those_of_the_places(self):
        shots = "FROM raw_play_by_play WHERE event_type = 'field_goal' AND x IS NOT NULL AND distance_ft IS NOT NULL AND game_date > '2021-10-01'"
        self.assertEqual(self.one(f"SELECT count(*), count(CASE WHEN distance_ft = floor(sqrt(x * x + y * y) / 10 + 0.5) THEN 1 END) {shots}"), (95899, 95899))

    def test_gaps_of_the_sources(self):
        self.assertEqual(self.one("SELECT count(*) - count(opening_spread), count(*) - count(opening_total), count(*) - count(closing_spread), count(*) - count(closing_total) FROM raw_game_lines WHERE game_date > '2021-10-01'"), (4, 4, 2, 0))
        self.assertEqual(self.one("SELECT count(*) FROM raw_players WHERE season = '2021-22' AND player_id < 0"), (6,))  # 7 without a league id; the events name one
        # Absent feeds leave their columns NULL, and nothing is made up.
        self.assertEqual(self.one("SELECT count(points_line), count(opening_line) FROM player_game_summary"), (0, 0))
        self.assertEqual(self.one("SELECT count(player_age), count(position), count(current_points_line), count(prop_over_streak) FROM upcoming_player_game_context"), (0, 0, 0, 0))

    def test_no_row_is_of_another_type_or_season(self):
        for table in ("team_offense_game_summary", "player_game_summary", "upcoming_team_game_context"):
            self.assertEqual(self.one(f"SELECT count(*) FROM {table} WHERE game_type NOT IN ('regular', 'play_in', 'playoffs', 'cup_final') OR season_year <> 2000 + CAST(substr(game_id, 4, 2) AS INTEGER)"), (0,))

    def test_columns_that_were_once_constant_are_not(self):
        """The earlier system's faults: a win flag always false, no back-to-back, a win share of 0.5, a rest of 0, threes only."""
        for sql in ("count(DISTINCT win_flag) = 2 FROM player_game_summary", "count(DISTINCT is_back_to_back) = 2 FROM upcoming_team_game_context", "count(DISTINCT team_win_pct) > 500 FROM player_daily_cache",
                    "count(DISTINCT opponent_days_rest) > 5 FROM upcoming_team_game_context", "count(CASE WHEN three_pt_rate_last_10 = 1 THEN 1 END) < 0.02 * count(*) FROM player_shot_zone_analysis",
                    "count(CASE WHEN shot_zone_mismatch_score = 0 THEN 1 END) < 0.02 * count(*) FROM player_composite_factors", "min(recent_trend) = -2 AND max(recent_trend) = 2 FROM ml_feature_store_v2",
                    "min(usage_spike_score) = 0 AND max(usage_spike_score) > 1 FROM player_composite_factors"):
            self.assertEqual(self.one(f"SELECT {sql}"), (True,), sql)

    def test_phases_of_the_season(self):
        phases = dict(self.connection.execute("SELECT season_phase, count(*) // 2 FROM upcoming_team_game_context WHERE season = '2021-22' GROUP BY 1").fetchall())
        self.assertEqual(phases, {"early": 313, "mid": 601, "late": 316, "play_in": 6, "playoffs": 87})

    def test_game_dates_by_type(self):
        for season, kind, dates, games, first, last in (("2021-22", "regular", 165, 1230, "2021-10-19", "2022-04-10"), ("2021-22", "play_in", 3, 6, "2022-04-12", "2022-04-15"),
                                                        ("2021-22", "playoffs", 45, 87, "2022-04-16", "2022-06-16"), ("2020-21", "regular", 140, 1080, "2020-12-22", "2021-05-16"),
                                                        ("2020-21", "play_in", 4, 6, "2021-05-18", "2021-05-21")):
            found = self.one("SELECT count(DISTINCT game_date), count(*), min(game_date), max(game_date) FROM raw_schedule WHERE season = ? AND game_type = ?", season, kind)
            self.assertEqual(found, (dates, games, day(first), day(last)))


TABLES = ("team_offense_game_summary", "team_defense_game_summary", "player_game_summary", "upcoming_team_game_context", "upcoming_player_game_context", "team_defense_zone_analysis",
          "player_shot_zone_analysis", "player_daily_cache", "player_composite_factors", "ml_feature_store_v2")
# The features in order, and what the view puts where one is NULL.
DEFAULTS = {"points_avg_last_5": 10.0, "points_avg_last_10": 10.0, "points_avg_season": 10.0, "points_std_last_10": 5.0, "games_in_last_7_days": 3.0, "fatigue_score": 95.0, "shot_zone_mismatch_score": 0.0,
            "pace_score": 0.0, "usage_spike_score": 0.0, "rest_advantage": 0.0, "injury_risk": 0.0, "recent_trend": 0.0, "minutes_change": 0.0, "opponent_def_rating": 112.0, "opponent_pace": 100.0, "home_away": 0.0,
            "back_to_back": 0.0, "playoff_game": 0.0, "pct_paint": 0.40, "pct_mid_range": 0.20, "pct_three": 0.40, "pct_free_throw": 0.15, "team_pace": 100.0, "team_off_rating": 112.0, "team_win_pct": 0.5}


class TheFeatures(RealGames):
    def test_defaults_stand_in_the_view_alone(self):
        self.assertEqual(self.connection.execute("SELECT feature, value FROM feature_defaults").fetchall(), list(DEFAULTS.items()))
        rows = self.rows("SELECT * FROM ml_feature_store_v2_imputed WHERE game_date = '2021-10-21'")
        self.assertEqual(list(rows[0]), ["game_date", "player_id", *DEFAULTS, *("imputed_" + name for name in DEFAULTS)])
        imputed = 0
        for row in rows:
            features = self.row("ml_feature_store_v2", game_date=row["game_date"], player_id=row["player_id"])
            missing = [name for name in DEFAULTS if features[name] is None]
            self.assert_row(features, missing_features=",".join(missing), missing_features_count=len(missing), feature_quality_score=4.0 * (25 - len(missing)))
            for name, default in DEFAULTS.items():
                self.assertEqual((row[name], row["imputed_" + name]), (default, True) if name in missing else (features[name], False))
            imputed += len(missing)
        self.assertGreater(imputed, len(rows))

    def test_types_are_those_of_the_rules(self):
        types = dict(self.connection.execute("SELECT data_type, list(DISTINCT column_name) FROM duckdb_columns() WHERE NOT internal AND list_contains(?, table_name) GROUP BY 1", [list(TABLES)]).fetchall())
        self.assertEqual(set(types), {"DATE", "BIGINT", "INTEGER", "DOUBLE", "BOOLEAN", "VARCHAR"})
        self.assertEqual(types["BIGINT"], ["player_id"])


class TheCalendar(unittest.TestCase):
    """Which dates the program finds."""

    def dates(self, start, end, *words):
        found = json.loads(filled().run("dates", "--start-date", start, "--end-date", end, *words, "--json"))
        return {date["game_date"]: date["games"] for date in found["game_dates"]}, found

    def test_late_november_2021(self):
        games, found = self.dates("2021-11-15", "2021-11-30")
        self.assertEqual((len(games), sum(games.values()), found["calendar_days"], found["off_days"]), (15, 120, 16, ["2021-11-25"]))

    def test_december_2021(self):
        games, found = self.dates("2021-12-01", "2021-12-31")
        listed = "9 5 9 7 4 10 3 13 3 9 7 6 9 3 11 4 8 7 6 6 5 5 11 - 5 8 7 8 8 3 10".split()
        expected = {f"2021-12-{number:02}": int(count) for number, count in enumerate(listed, 1) if count != "-"}
        self.assertEqual(games, expected)
        self.assertEqual((len(games), sum(games.values()), found["off_days"]), (30, 209, ["2021-12-24"]))

    def test_the_first_fortnight(self):
        games, _ = self.dates("2021-10-19", "2021-11-01")
        self.assertEqual((len(games), sum(games.values())), (14, 102))

    def test_two_seasons_in_one_range(self):
        games, found = self.dates("2021-07-18", "2021-10-20")
        self.assertEqual([(date["game_date"], date["season"], date["games"]) for date in found["game_dates"]], [("2021-07-20", "2020-21", 1), ("2021-10-19", "2021-22", 2), ("2021-10-20", "2021-22", 11)])
        whole, _ = self.dates("2020-12-22", "2022-06-16")
        self.assertEqual((len(whole), sum(whole.values())), (403, 1167 + 1323))

    def test_off_days_alone(self):
        games, found = self.dates("2022-02-18", "2022-02-23")  # the all-star break
        self.assertEqual((games, len(found["off_days"])), ({}, 6))


if __name__ == "__main__":
    unittest.main()
