"""What people do with the model: a verb of the command line each.

A verb is the module of its name (`cargohub shadow-price` is `shadow_price`), with `main(arguments)`. Those whose runs
are stored also have `KEYS`, the dataclass of their configuration, and `carry_out`, by which `resume` goes on with them.
What is a verb's own begins with its name, one file a step:

    …_design, …_study, …_request   what is asked, checked before anything runs
    …_search, …_stages, …_run      how it is computed
    …_result                       what was found, its tables, and what it says in words and JSON
    …_page, …_text, …_told         how that is shown

Only `expansion` has more: hubs, timeline, tree and value of a path, curves of a hub, and futures. The rest is shared:

    designs       design, designs (spreadsheets), grid (swept values), varying (fields of a hub), scaled_halls,
                  more_room, what_if (10 % more), factors (between two hubs), design_figures (area, posts, cost)
    replications  replicating (with all tables), evaluating (KPIs alone), narrowing (until intervals are narrow),
                  warming (whether the warm-up was long enough), crossing (bisection)
    told, stored  telling, recorded (a run's configuration), stored_rows, file_words, extras
    theory        theory_cases and stage_times, of verify and bench; airport_traffic, of calibrate

Statistics are in `experiments.statistics`, pictures and pages in `experiments.report`, folders in `experiments.store`.
"""
