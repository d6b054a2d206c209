-- Pairs of accounts × the objects both touched within the window, counted over light events.
-- Slot join: time is cut into slots of one window and each event also stands in the slot before,
-- so that an equality join on (object, slot) meets every pair once. Accounts that can not reach
-- the minimum are left out first; that changes no result.
WITH able AS (
    SELECT signal, account FROM company WHERE others <= {cap}
    GROUP BY signal, account HAVING count(DISTINCT object) >= {minimum}
),
light AS (
    SELECT signal, account, object, time, CAST(floor(time / {slot}) AS BIGINT) AS slot
    FROM company SEMI JOIN able USING (signal, account)
    WHERE others <= {cap}
),
later AS (
    SELECT * FROM light
    UNION ALL
    SELECT signal, account, object, time, slot - 1 AS slot FROM light
)
SELECT a.signal AS signal, least(a.account, b.account) AS source,
    greatest(a.account, b.account) AS target, a.object AS object,
    count(*) AS actions, min(b.time - a.time) AS min_gap,
    CAST(sum(b.time - a.time) AS BIGINT) AS sum_gap, min(a.time) AS time
FROM light a JOIN later b ON a.signal = b.signal AND a.object = b.object AND a.slot = b.slot
WHERE b.time - a.time BETWEEN 0 AND {window} AND a.account <> b.account
    AND (b.time > a.time OR b.account > a.account)
GROUP BY a.signal, least(a.account, b.account), greatest(a.account, b.account), a.object
