-- Co-actions → totals of each pair of accounts in each signal.
SELECT signal, source, target, count(*) AS objects,
    CAST(sum(actions) AS BIGINT) AS actions, min(min_gap) AS min_gap
FROM co_action GROUP BY signal, source, target
ORDER BY signal, source, target
