"""What people do with the model: a verb of the command line each.

A verb is the module or package of its name (`cargohub shadow-price` is `shadow_price`). One whose runs are stored has
`STUDY`, which declares its keys, designs, computation and document: `frame` does the rest, for the verb itself and for
resume, show and reproduce. The others have `main(arguments)`. A verb that takes more than one file is a package, one
file a step:

    design, request           what is asked, checked before anything runs
    search, stages, run       how it is computed
    result                    what was found, its tables, and what it says in words and JSON
    page, text, told          how that is shown

Only `expansion` has more: hubs, timeline, tree and value of a path, curves of a hub, futures, and what is not known.

What verbs share stands in folders of its own, each below the one before it:

    experiments.frame          what a study declares, its runner, tables as classes of rows, terminal and JSON
    experiments.replications   how often, and until when
    experiments.designs        what is compared: designs of words, grids and spreadsheets, and hubs made of others

Statistics are in `experiments.statistics`, pictures and pages in `experiments.report`, folders in `experiments.store`.
"""
