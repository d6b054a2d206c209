-- Pairs that met on enough objects.
SELECT signal, source, target FROM meeting
GROUP BY signal, source, target HAVING count(*) >= {minimum}
