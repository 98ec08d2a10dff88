namespace ResPrune.TinyModel.Questions;

/// <summary>The wordings. {a} is a noun with its article, {n} a noun, {p} a plural, {s} a place, {c} a category.</summary>
internal static class QuestionTemplates
{
    /// <summary>Appended to half of all questions but captions.</summary>
    public const string ShortAnswer = " Answer the question using a single word or phrase.";

    public static readonly string[] Exist =
        ["Is there {a} in the image?", "Is there {a} in the picture?", "Is there {a}?", "Do you see {a}?", "Can you see {a} in the image?"];

    public static readonly string[] Count =
        ["How many {p} are there?", "How many {p} are there in the image?", "How many {p} are in the picture?", "How many {p} do you see?", "Count the {p}."];

    public static readonly string[] Where =
        ["Where is the {n}?", "Where is the {n} in the image?", "Where is the {n} in the picture?", "In which place is the {n}?", "Where can you see the {n}?"];

    public static readonly string[] What =
        ["What is at the {s}?", "What is in the {s}?", "What object is at the {s}?", "What do you see at the {s}?", "What is shown at the {s} of the image?"];

    /// <summary>Only where the object is of that category.</summary>
    public static readonly string[] WhatCategory = ["What {c} is at the {s}?", "Which {c} is at the {s}?"];

    public static readonly string[] Color =
        ["What color is the card behind the {n}?", "What is the color of the card behind the {n}?", "What color is behind the {n}?", "Which color is the card behind the {n}?"];

    public static readonly string[] Left =
        ["What is to the left of the {n}?", "What is left of the {n}?", "What is on the left of the {n}?"];

    public static readonly string[] Right =
        ["What is to the right of the {n}?", "What is right of the {n}?", "What is on the right of the {n}?"];

    public static readonly string[] Total =
        ["How many objects are there?", "How many objects are in the image?", "How many things are there?", "How many things do you see?", "Count the objects."];

    public static readonly string[] Caption =
        ["Describe the image.", "Describe the picture.", "Describe this image.", "What is in the picture?", "What is in the image?", "What do you see?", "What does the image show?"];

    public static readonly string[] Numbers = ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"];

    public const string Yes = "yes";
    public const string No = "no";
    public const string Nothing = "nothing";
    public const string And = "and";

    public static IEnumerable<string> All =>
        [.. Exist, .. Count, .. Where, .. What, .. WhatCategory, .. Color, .. Left, .. Right, .. Total, .. Caption, ShortAnswer];
}
