-- A copy of the arrests sample with four defects, to see the gate refuse it. Run from the root of the repository:
--     python -c "import duckdb; duckdb.execute(open('data/damaged/damage.sql').read())"
-- The choice of rows depends on nothing but their position and content, so that every run makes the same file.
COPY (
    WITH numbered AS (
        SELECT
            *,
            row_number() OVER () - 1 AS position,
            -- equal rows get equal numbers, so that the new columns do not tell them apart
            dense_rank() OVER (ORDER BY released, colour, year, age, sex, employed, citizen, checks) AS kind
        FROM read_parquet('data/arrests/arrests.parquet')
    ),
    damaged AS (
        SELECT
            released, colour, year,
            -- impossible ages: a sentinel and a slip of the keyboard
            CASE WHEN position % 400 = 7 THEN 999 WHEN position % 400 = 207 THEN -1 ELSE age END AS age,
            sex, employed, citizen, checks,
            -- a column that nobody declared, with personal data in it (the domain is reserved for examples)
            'person' || (kind * 7919 % 100003) || '@example.org' AS contact,
            -- about every ninth row was collected too long ago to be kept
            CASE WHEN kind % 9 = 0 THEN DATE '2003-06-30' ELSE DATE '2025-06-30' END AS collected_on,
            position
        FROM numbered
    ),
    -- 150 rows a second time, strewn through the file
    copied AS (
        SELECT * FROM damaged
        UNION ALL
        SELECT * FROM damaged WHERE position % 34 = 3 AND position < 5100
    )
    SELECT * EXCLUDE (position) FROM copied ORDER BY hash(position * 31 + 5), position
) TO 'data/damaged/arrests_damaged.parquet' (FORMAT parquet);
