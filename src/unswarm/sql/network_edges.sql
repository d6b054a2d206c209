-- Totals of each pair of accounts of one network.
SELECT c.signal AS signal, c.source AS source, c.target AS target,
    count(*) AS objects, CAST(sum(c.actions) AS BIGINT) AS actions, min(c.min_gap) AS min_gap,
    count(DISTINCT CAST(floor(c.time / {occasion}) AS BIGINT)) AS occasions, a.network AS network
FROM co_action c
JOIN member a ON a.account = c.source
JOIN member b ON b.account = c.target AND b.network = a.network
GROUP BY c.signal, c.source, c.target, a.network
ORDER BY a.network, c.source, c.target
