"""The drawing rule of each location."""

from sklearn_protloc.datasets._cells import (
    _borders,
    _filaments,
    _in_cytoplasm,
    _in_nucleus,
)

# The well-known organelles first, then the special places; each part most frequent
# first. Vesicles and Nucleus, of CYTO 2017, are unions of others.
RULES = {
    "Nucleoplasm": _in_nucleus.nucleoplasm,
    "Cytosol": _in_cytoplasm.cytosol,
    "Plasma membrane": _borders.plasma_membrane,
    "Nucleoli": _in_nucleus.nucleoli,
    "Mitochondria": _in_cytoplasm.mitochondria,
    "Golgi apparatus": _in_cytoplasm.golgi_apparatus,
    "Centrosome": _filaments.centrosome,
    "Nuclear membrane": _in_nucleus.nuclear_membrane,
    "Microtubules": _filaments.microtubules,
    "Endoplasmic reticulum": _in_cytoplasm.endoplasmic_reticulum,
    "Actin filaments": _filaments.actin_filaments,
    "Peroxisomes": _in_cytoplasm.peroxisomes,
    "Nuclear bodies": _in_nucleus.nuclear_bodies,
    "Nuclear speckles": _in_nucleus.nuclear_speckles,
    "Nucleoli fibrillar center": _in_nucleus.nucleoli_fibrillar_center,
    "Intermediate filaments": _filaments.intermediate_filaments,
    "Microtubule organizing center": _filaments.microtubule_organizing_center,
    "Cell junctions": _borders.cell_junctions,
    "Focal adhesion sites": _borders.focal_adhesion_sites,
    "Cytokinetic bridge": _filaments.cytokinetic_bridge,
    "Cytoplasmic bodies": _in_cytoplasm.cytoplasmic_bodies,
    "Aggresome": _in_cytoplasm.aggresome,
    "Mitotic spindle": _filaments.mitotic_spindle,
    "Lipid droplets": _in_cytoplasm.lipid_droplets,
    "Endosomes": _in_cytoplasm.endosomes,
    "Lysosomes": _in_cytoplasm.lysosomes,
    "Microtubule ends": _filaments.microtubule_ends,
    "Rods & rings": _in_cytoplasm.rods_and_rings,
    "Vesicles": _in_cytoplasm.vesicles,
    "Nucleus": _in_nucleus.nucleus,
}
N_HPA_LOCATIONS = 28
