"""The closed world the pebble models know: every word the generators may use.

Lists are kept free of words which start with a vowel where a sentence puts "a" before them.
"""

PEOPLE = (
    "Mira Tomas Agnes Bastian Clara Dmitri Elena Fabian Greta Hassan Ingrid Jonas Karin Lorenz "
    "Marta Nadia Oskar Pilar Quentin Rosa Stefan Tilda Ulrich Valeria Wim Ximena Yara Zeno Alba "
    "Boris Carmen Darius Esther Filip Gemma Hilde Ivo Judith Kamil Leonie Magnus Nina Orla Piet "
    "Ruben Selma Teodor Vera"
).split()

CITIES = (
    "Oslo Lima Cairo Kyoto Delhi Rome Berlin Madrid Vienna Prague Dublin Athens Lisbon Krakow "
    "Basel Milan Ghent Bergen Riga Vilnius Tunis Rabat Accra Dakar Nairobi Quito Bogota Havana "
    "Denver Austin Perth Hanoi Seoul Manila Porto Turin"
).split()

JOBS = (
    "baker doctor teacher pilot farmer nurse lawyer painter singer driver writer dancer cook "
    "guard tailor miner sailor judge clerk plumber"
).split()

PETS = (
    "cat dog horse parrot rabbit turtle hamster goat snake lizard pony duck goose sheep fox frog "
    "mouse donkey lamb raven"
).split()

COLOURS = "red blue green yellow purple white black pink brown grey silver golden violet".split()

FOODS = (
    "soup bread rice pasta salad cheese cake honey curry noodles beans stew pie jam pizza fish"
).split()

THINGS = (
    "apple river stone cloud table window garden forest bridge candle mirror ladder basket bottle "
    "hammer pencil pillow blanket jacket button carpet engine fabric harbor island kettle lantern "
    "magnet needle ocean paper quilt rocket saddle temple umbrella valley wagon yard anchor barrel "
    "cabin desert eagle feather glove helmet iron jewel knife lemon market napkin onion planet "
    "ribbon signal tunnel vessel willow"
).split()

QUALITIES = "quiet old small bright heavy cold narrow gentle dusty wooden distant empty".split()
ACTIONS = "stood rested waited leaned shone turned slept moved".split()
PLACES = "near behind under beside above across".split()

TOPICS = {
    "sports": "goal match coach stadium referee team tennis marathon".split(),
    "music": "song guitar concert melody drummer piano chorus violin".split(),
    "cooking": "recipe dinner oven flavor kitchen sauce dessert menu".split(),
    "travel": "flight hotel passport luggage airport tourist ticket cruise".split(),
    "weather": "storm rain sunshine forecast thunder snow fog breeze".split(),
    "computers": "laptop software keyboard server browser password printer router".split(),
}

SENTIMENTS = {
    "positive": "great wonderful excellent lovely perfect amazing pleasant superb".split(),
    "negative": "terrible awful horrible broken useless poor dreadful nasty".split(),
}

PLAIN_WORDS = (
    "the was about we talked today again that saw for hours yesterday it here still never heard "
    "there"
).split()

DEVICES = "lamp heater radio fan camera projector fridge robot".split()
SONGS = "Sunrise Lullaby Horizon Gravity Echoes Mirage Ember Monsoon".split()

SYSTEM_PROMPTS = (
    "You are a helpful assistant.",
    "Answer briefly.",
    "Be careful and precise.",
    "You are a clerk. Answer from the text.",
    "Do what the user asks.",
)
