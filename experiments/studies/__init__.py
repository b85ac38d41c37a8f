"""What people do with the model: a verb of the command line each.

A verb is the module or package of its name (`cargohub shadow-price` is `shadow_price`), with `main(arguments)`. Those
whose runs are stored also have `KEYS`, the dataclass of their configuration, and `carry_out`, by which `resume` goes on
with them. A verb that takes more than one file is a package, one file a step:

    design, request           what is asked, checked before anything runs
    search, stages, run       how it is computed
    result                    what was found, its tables, and what it says in words and JSON
    page, text, told          how that is shown

Only `expansion` has more: hubs, timeline, tree and value of a path, curves of a hub, and futures. The rest is shared:

    designs        what is compared: designs of words, grids and spreadsheets, and hubs made of others
    replications   how often, and until when
    telling, recorded (a run's configuration), file_words, extras

Statistics are in `experiments.statistics`, pictures and pages in `experiments.report`, folders in `experiments.store`.
"""
