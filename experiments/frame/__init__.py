"""The frame of studies: what a verb declares, and one runner for all verbs that declare a study.

study    a verb's keys, designs, computation and document; the bench that its simulations come from
runner   opens the run folder, computes, stores, shows: for the verb itself, resume, show and reproduce
console  what terminal and JSON print
recorded the configuration that a run folder holds; of_designs, what run, compare and sweep have in common;
         without_effect, which keys in which designs differ change nothing
"""
