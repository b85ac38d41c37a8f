"""Pictures and pages: what a reader looks at, made from a run's stored tables alone.

    page, template.html, page.css    the page of run, compare and sweep
        contents, sentences          its words and the cells of its tables
        pictures, pictures.html      its pictures, and what is said below them
        points, halls, around        what it reads; validation, against what has been reported of the hub
        ledgers, exposure_pictures   its sections of data and goods
    study_page, study.html           the page of any other study
    figures                          every picture, a file each
    …_text                           sentences of a study, by its verb
    style, words, cells              how all pictures look, how numbers and names are said
    kpi_page                         docs/kpis.md

A picture is what a `prepare` makes of tables, and a `figure` that draws it and computes nothing.
"""
