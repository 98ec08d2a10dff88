namespace ResPrune.TinyModel.Scenes;

/// <summary>The outline of a card.</summary>
public enum CardShape
{
    /// <summary>A filled circle.</summary>
    Disc,

    /// <summary>A filled square with rounded corners.</summary>
    Square,
}
