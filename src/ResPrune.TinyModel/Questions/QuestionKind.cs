namespace ResPrune.TinyModel.Questions;

/// <summary>What a question asks for.</summary>
public enum QuestionKind
{
    /// <summary>Whether a noun is shown: yes or no.</summary>
    Exist,

    /// <summary>How many times a noun is shown: zero to six.</summary>
    Count,

    /// <summary>The place of a noun shown once.</summary>
    Where,

    /// <summary>The noun at a place, or nothing.</summary>
    What,

    /// <summary>The colour of the card behind a noun shown once.</summary>
    Color,

    /// <summary>The nearest object left or right of a noun shown once, in the same row, or nothing.</summary>
    Left,

    /// <summary>How many objects there are.</summary>
    Total,

    /// <summary>Everything shown, in raster order of first appearance.</summary>
    Caption,
}
