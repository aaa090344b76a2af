"""Means, ratios and moments: NULL (None) where there is nothing to divide by, never an invented 0."""
import math
from fractions import Fraction


def ratio(numerator, denominator):
    if numerator is None or denominator is None or denominator == 0:
        return None
    return numerator / denominator


def total(values):
    """Sum of floats, correctly rounded; of integers, exact."""
    values = list(values)
    return sum(values) if all(isinstance(value, int) for value in values) else math.fsum(values)


def known(values):
    return [value for value in values if value is not None]


def mean(values):
    values = known(values)
    return ratio(total(values), len(values))


def std(values):
    """Sample standard deviation; NULL for fewer than two values."""
    variance = exact_variance(known(values))
    return None if variance is None else math.sqrt(variance)


def exact_variance(values):
    """Sample variance as an exact rational; NULL for fewer than two values."""
    n = len(values)
    if n < 2:
        return None
    exact = [Fraction(value) for value in values]
    middle = sum(exact) / n
    return sum((value - middle) ** 2 for value in exact) / (n - 1)


def slope(values):
    """Least squares slope of values at x = 0, 1, ... (values are integers)."""
    n = len(values)
    middle = Fraction(n - 1, 2)
    rise = sum((x - middle) * value for x, value in enumerate(values))
    run = sum((x - middle) ** 2 for x in range(n))
    return float(rise / run)


def skewness(values):
    """Adjusted Fisher-Pearson G1 of integers; NULL for n < 3 and without spread."""
    n = len(values)
    if n < 3:
        return None
    middle = Fraction(sum(values), n)
    second = sum((value - middle) ** 2 for value in values) / n
    third = sum((value - middle) ** 3 for value in values) / n
    if second == 0:
        return None
    return math.sqrt(n * (n - 1)) / (n - 2) * float(third) / float(second) ** 1.5


def clamp(value, low, high):
    return None if value is None else max(low, min(high, value))


def difference(left, right):
    return None if left is None or right is None else left - right


def plus(left, right):
    return None if left is None or right is None else left + right
