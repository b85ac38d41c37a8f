"""The verbs of the command line, one module or package each.

A verb is the module or package of its name (`cargohub shadow-price` is `shadow_price`). A verb whose runs are stored
has `STUDY`, which declares its keys, designs, computation and document. `frame` does the rest, for the verb itself and
for resume, show and reproduce. Other verbs have `main(arguments)`. A verb with more than one file is a package, with
one file for each step:

    design, request           the request, checked before anything runs
    search, stages, run       the computation
    result                    the results: tables, sentences and JSON
    page, text                how results are shown

Only `expansion` has more: hubs, timeline, tree and value of a path, curves of a hub, futures, and unknowns.

Code that verbs share is in separate folders, each below the one before it:

    experiments.frame          what a study declares, its runner, tables as classes of rows, terminal and JSON
    experiments.replications   how many replications, and when to stop
    experiments.designs        designs from words, grids and spreadsheets, and hubs made from other hubs

Statistics are in `experiments.statistics`, pictures and pages in `experiments.report`, folders in `experiments.store`.
"""
