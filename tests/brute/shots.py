"""Where the shots of a game were taken, who set them up, who blocked them; and whether the events agree with the box."""
import collections

BLOCK_NAMES = {'paint': 'paint_blocks', 'mid_range': 'mid_range_blocks', 'three': 'three_pt_blocks'}


def zone(shot):
    """three, paint, mid_range, or None for a two-pointer without a distance."""
    if shot.value == 3:
        return 'three'
    if shot.distance_ft is None:
        return None
    return 'paint' if shot.distance_ft <= 8 else 'mid_range'


def zone_detail(x, y):
    """The league's zone by place alone; x, y in tenths of a foot from the hoop."""
    if y >= 420:
        return 'backcourt'
    if x * x + y * y < 1600:
        return 'restricted_area'
    if abs(x) <= 80 and y <= 138:
        return 'paint_non_ra'
    if y < 88:
        return 'corner_3' if abs(x) >= 220 else 'mid_range'
    return 'above_break_3' if 4 * (x * x + y * y) >= 475 * 475 else 'mid_range'


def is_and_one(events, position):
    """A make followed, later in file order, by the shooter's free throw 1 of 1 at the same period and clock."""
    make = events[position]
    for later in events[position + 1:]:
        if (later.event_type == 'free_throw' and later.player_id == make.player_id
                and (later.ft_n, later.ft_of) == (1, 1)
                and (later.period, later.seconds_left) == (make.period, make.seconds_left)):
            return True
    return False


class GameShots:
    """Counts by player and by team, from the game's events in file order."""

    def __init__(self, events, game, team_of):
        self.players = collections.defaultdict(collections.Counter)
        self.teams = {game.home: collections.Counter(), game.away: collections.Counter()}
        self.other = {game.home: game.away, game.away: game.home}
        shots = [event for event in events if event.event_type == 'field_goal']
        self.placed = bool(shots) and all(shot.x is not None and shot.y is not None for shot in shots)
        for position, event in enumerate(events):
            if event.event_type == 'field_goal':
                self.count_shot(event, event.made and is_and_one(events, position))
                if event.block_player_id is not None:
                    self.count_block(event, team_of)
            elif event.event_type == 'free_throw' and event.made:
                self.teams[event.team_abbr]['points'] += 1

    def count_shot(self, shot, and_one):
        for counts in (self.players[shot.player_id], self.teams[shot.team_abbr]):
            counts['fg_attempts'] += 1
            places = [zone(shot) or 'unlocated']
            if self.placed:
                places.append('detail_' + zone_detail(shot.x, shot.y))
            for place in places:
                counts[place + '_attempts'] += 1
                counts[place + '_makes'] += shot.made
            if shot.made:
                counts['points'] += shot.value
                counts['assisted' if shot.assist_player_id is not None else 'unassisted'] += 1
                counts['and1'] += and_one

    def count_block(self, shot, team_of):
        """The block belongs to the blocker, in the zone of the shot blocked."""
        team = team_of.get(shot.block_player_id, self.other[shot.team_abbr])
        for counts in (self.players[shot.block_player_id], self.teams[team]):
            counts['blocks'] += 1
            if zone(shot):
                counts[BLOCK_NAMES[zone(shot)]] += 1

    def agrees(self, team, box):
        """The invariants between the events and one team's box."""
        counts = self.teams[team]
        zoned = lambda what: sum(counts[f'{place}_{what}'] for place in ('paint', 'mid_range', 'three'))
        return (zoned('attempts') + counts['unlocated_attempts'] == box.fg_attempts
                and zoned('makes') == box.fg_makes
                and counts['three_attempts'] == box.three_pt_attempts
                and counts['three_makes'] == box.three_pt_makes
                and counts['assisted'] + counts['unassisted'] == box.fg_makes
                and counts['assisted'] == box.assists
                and counts['blocks'] == box.blocks
                and counts['points'] == box.points)
