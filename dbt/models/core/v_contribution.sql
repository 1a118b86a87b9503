{{ config(materialized='view') }}

-- Level and rule are parameters: whoever reads this chooses one of each and sums.
{{ contributions(ref('fct_measure'), ref('fct_credit')) }}
