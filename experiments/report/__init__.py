"""Pictures and pages: what a reader looks at, made from a run's stored tables alone.

    page, template.html, page.css    the page of run, compare and sweep
        contents, sentences          its words and the cells of its tables
        pictures, pictures.html      its pictures, each in a figures_… of its own: day, week, dwell, ladder, leaving, …
        points, halls, around        what it reads; validation, against what has been reported of the hub
        ledgers, exposure_pictures   its sections of data and goods
    study_page, study.html           the page of any other study
    …_figure, …_figures, …_text      a study's own picture and sentences, by its verb: capacity, decompose, select, …
    style, words, cells              how all pictures look, how numbers and names are said
    kpi_page                         docs/kpis.md

A picture is a frozen dataclass that holds what is drawn, made by its `of`, and a `draw(ax, …)` that computes nothing.
"""
