"""Pictures and pages for readers, made only from a run's stored tables.

    page, page.html, page.css        every verb's page, written whole or not at all
        sections, texts.yaml         its parts, tables, pictures and texts
        page.js, tooltips            sorted tables; texts shown when a reader points at a mark
    sheet, slides                    a page in short: one A4 page, also its first printed one; slides
        run_brief                    content of both for run, compare and sweep
        typesetting                  lines of text of the sheet, measured and cut
    run_page, run_numbers            the parts of the page of run, compare and sweep
        verdicts, sentences          its answer: a line a design, and sentences
        pictures                     its pictures
        stored_designs, run_grids    the data that it reads, and its tables other than KPIs
        validation                   published figures of the hub
        design_names, key_names      readable names of designs and of keys
    figures                          every picture, a file each
    …_text                           sentences of a study, by its verb
    style, marks                     how all pictures look
    kpi_page                         docs/kpis.md

For each picture, `prepare` computes from tables, and `figure` only draws.
"""
