-- Exact totals of the pairs that passed: what light events counted, and what heavy events add.
WITH dense AS (
    SELECT signal, account, object, time, others > {cap} AS is_heavy
    FROM company SEMI JOIN heavy USING (signal, object)
),
added AS (
    SELECT p.signal AS signal, p.source AS source, p.target AS target, a.object AS object,
        abs(a.time - b.time) AS gap, least(a.time, b.time) AS time
    FROM passing p
    JOIN dense a ON a.signal = p.signal AND a.account = p.source
    JOIN dense b ON b.signal = p.signal AND b.account = p.target AND b.object = a.object
    WHERE abs(a.time - b.time) <= {window} AND (a.is_heavy OR b.is_heavy)
),
parts AS (
    SELECT signal, source, target, object, actions, min_gap, time
    FROM meeting SEMI JOIN passing USING (signal, source, target)
    UNION ALL
    SELECT signal, source, target, object, count(*) AS actions, min(gap) AS min_gap,
        min(time) AS time
    FROM added GROUP BY signal, source, target, object
)
SELECT signal, source, target, object, CAST(sum(actions) AS BIGINT) AS actions,
    min(min_gap) AS min_gap, min(time) AS time
FROM parts GROUP BY signal, source, target, object
