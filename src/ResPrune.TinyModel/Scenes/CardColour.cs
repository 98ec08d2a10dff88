namespace ResPrune.TinyModel.Scenes;

/// <summary>A colour a card can have.</summary>
/// <param name="Name">The word for it.</param>
/// <param name="Red">sRGB red, 0 to 255, before a scene's small deviation.</param>
/// <param name="Green">sRGB green.</param>
/// <param name="Blue">sRGB blue.</param>
public sealed record CardColour(string Name, byte Red, byte Green, byte Blue);
