namespace ResPrune.TinyModel.Scenes;

/// <summary>One of the 48 things a scene can show.</summary>
/// <param name="Name">Singular, lower case, one word.</param>
/// <param name="Plural">Plural, lower case, one word.</param>
/// <param name="Category">What it is: animal, food, vehicle, plant or thing.</param>
public sealed record Noun(string Name, string Plural, string Category)
{
    /// <summary>"a cat", "an apple", "some grapes".</summary>
    public string WithArticle => (Name == Plural && Name != "fish" ? "some " : Name[0] is 'a' or 'o' or 'u' ? "an " : "a ") + Name;
}
