-- Exact totals of the pairs that passed: what light events counted, and what heavy events add.
WITH added AS (
    SELECT a.signal AS signal, a.source AS source, a.target AS target, a.object AS object,
        abs(a.time - b.time) AS gap, least(a.time, b.time) AS time
    FROM dense a
    JOIN company b ON b.signal = a.signal AND b.account = a.target AND b.object = a.object
    WHERE abs(a.time - b.time) <= {window} AND (a.is_heavy OR b.others > {cap})
),
parts AS (
    SELECT signal, source, target, object, actions, min_gap, sum_gap, time
    FROM meeting SEMI JOIN passing USING (signal, source, target)
    UNION ALL
    SELECT signal, source, target, object, count(*) AS actions, min(gap) AS min_gap,
        CAST(sum(gap) AS BIGINT) AS sum_gap, min(time) AS time
    FROM added GROUP BY signal, source, target, object
)
SELECT signal, source, target, object, CAST(sum(actions) AS BIGINT) AS actions,
    min(min_gap) AS min_gap, CAST(sum(sum_gap) AS BIGINT) AS sum_gap, min(time) AS time
FROM parts GROUP BY signal, source, target, object
