"""What arithmetic says of a server that answers one request at a time.

`waits_ms` and `served_ms` follow one run request by request; `crommelin` and `wait_quantile` say
what waits are in the long run when arrivals are a Poisson process.
"""

import decimal
import math

_DIGITS = decimal.Context(prec=80)


def waits_ms(arrivals_ms, service_ms):
    """Waiting times of requests in the order of their arrival, by Lindley's recursion:
    W[0] = 0, W[n + 1] = max(0, W[n] + service - (A[n + 1] - A[n])). Arrivals at 0, 2 and 9 ms with
    5 ms of service wait 0, 3 and 0 ms."""
    waits = [0.0]
    for before, now in zip(arrivals_ms, arrivals_ms[1:]):
        waits.append(max(0.0, waits[-1] + service_ms - (now - before)))
    return waits[:len(arrivals_ms)]


def served_ms(arrivals_ms, service_ms, stall_ms, stall_every_ms):
    """When each request is (begun, complete), where requests are served one at a time and nothing
    is served in a stall of `stall_ms` every `stall_every_ms` since the first arrival."""
    origin = arrivals_ms[0]
    free = origin
    served = []
    for arrival in arrivals_ms:
        begun = max(arrival, free)
        start = _after_stall(begun - origin, stall_ms, stall_every_ms)
        end = start + service_ms
        next_stall = (start // stall_every_ms + 1) * stall_every_ms
        if end > next_stall:
            end += stall_ms
        free = origin + end
        served.append((begun, free))
    return served


def _after_stall(time, stall_ms, stall_every_ms):
    number = time // stall_every_ms
    return max(time, number * stall_every_ms + stall_ms) if number >= 1 else time


def crommelin(wait, load):
    """The share of requests that wait at most `wait` service times in the long run, in the queue
    M/D/1 at `load` below 1 (Crommelin 1932; Tijms, A First Course in Stochastic Models, 9.6):
    P(W <= t) = (1 - load) * sum over k = 0 .. floor(t) of (load (k - t))^k / k! * e^(load (t - k)).
    At load 0.5 half of the requests do not wait at all: crommelin(0, 0.5) = 0.5."""
    with decimal.localcontext(_DIGITS):
        exact_load, exact_wait = decimal.Decimal(load), decimal.Decimal(wait)
        total = decimal.Decimal(0)
        for k in range(math.floor(wait) + 1):
            term = exact_load * (k - exact_wait)
            total += term ** k / math.factorial(k) * (-term).exp() if k else (-term).exp()
        return float((1 - exact_load) * total)


def wait_quantile(share, load):
    """The wait, in service times, that `share` of the requests do not exceed: 0 at or below
    1 - load."""
    if share <= 1 - load:
        return 0.0
    low, high = 0.0, 1.0
    while crommelin(high, load) < share:
        low, high = high, 2 * high
    while high - low > 1e-9:
        middle = (low + high) / 2
        low, high = (middle, high) if crommelin(middle, load) < share else (low, middle)
    return high


def quantile(values, share):
    """The smallest of `values` that at least `share` of them do not exceed."""
    ordered = sorted(values)
    return ordered[max(0, math.ceil(share * len(ordered)) - 1)]


def kolmogorov_smirnov(values, distribution):
    """(distance, p): the largest distance between the sample's distribution and `distribution`, and
    how often a sample of that size strays so far (Marsaglia, Tsang, Wang 2003 quote the limit with
    Stephens' factor: sqrt(n) + 0.12 + 0.11 / sqrt(n))."""
    ordered = sorted(values)
    size = len(ordered)
    distance = max(
        max(distribution(value) - i / size, (i + 1) / size - distribution(value))
        for i, value in enumerate(ordered))
    scaled = distance * (math.sqrt(size) + 0.12 + 0.11 / math.sqrt(size))
    p = 2 * sum((-1) ** (k - 1) * math.exp(-2 * (k * scaled) ** 2) for k in range(1, 101))
    return distance, min(1.0, max(0.0, p))
