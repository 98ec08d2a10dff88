namespace ResPrune.TinyModel.Scenes;

/// <summary>One emoji on its card. Lengths are fractions of the picture's side, so that a scene can be drawn at any size.</summary>
/// <param name="Noun">Class index into <see cref="NounCatalogue.All"/>.</param>
/// <param name="Style">Drawing style, index into <see cref="IconLibrary.Styles"/>.</param>
/// <param name="Colour">Card colour, index into <see cref="CardColours.All"/>.</param>
/// <param name="Shape">Outline of the card.</param>
/// <param name="Place">The cell it stands in.</param>
/// <param name="CentreX">Centre from the left.</param>
/// <param name="CentreY">Centre from the top.</param>
/// <param name="IconSide">Side of the emoji's box.</param>
/// <param name="CardSide">Side of the square card or diameter of the disc.</param>
/// <param name="Degrees">Rotation of the emoji, clockwise.</param>
/// <param name="Red">Red of this card: the colour with a small deviation.</param>
/// <param name="Green">Green of this card.</param>
/// <param name="Blue">Blue of this card.</param>
public sealed record SceneObject(
    int Noun,
    int Style,
    int Colour,
    CardShape Shape,
    Place Place,
    float CentreX,
    float CentreY,
    float IconSide,
    float CardSide,
    float Degrees,
    byte Red,
    byte Green,
    byte Blue)
{
    /// <summary>The noun itself.</summary>
    public Noun NounWord => NounCatalogue.All[Noun];

    /// <summary>The colour itself.</summary>
    public CardColour CardColour => CardColours.All[Colour];

    /// <summary>Whether a point lies on the card (coordinates as fractions of the picture's side).</summary>
    public bool Covers(float x, float y)
    {
        float dx = Math.Abs(x - CentreX), dy = Math.Abs(y - CentreY), half = CardSide / 2;
        return Shape == CardShape.Disc ? dx * dx + dy * dy <= half * half : dx <= half && dy <= half;
    }
}
